namespace ModelBuild.Kernels;

/// <summary>Portable bitmaps, graymaps and pixmaps (P1 to P6) of up to 16 bits.</summary>
internal static class PnmDecoder
{
    /// <summary>Whether it is one.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> data) => data.Length > 2 && data[0] == 'P' && data[1] is >= (byte)'1' and <= (byte)'6' && IsSpace(data[2]);

    /// <summary>Decodes it.</summary>
    /// <exception cref="KernelException">It is damaged.</exception>
    public static DecodedImage Decode(ReadOnlySpan<byte> data)
    {
        var reader = new ByteReader(data, "PNM", bigEndian: true);
        int kind = data[1] - '0';
        bool text = kind <= 3;
        bool bitmap = kind is 1 or 4;
        int channels = kind is 3 or 6 ? 3 : 1;
        long at = 2;
        long width = Number(reader, ref at);
        long height = Number(reader, ref at);
        long largest = bitmap ? 1 : Number(reader, ref at);
        if (largest is < 1 or > 65535)
        {
            throw new KernelException($"A PNM picture can't have values up to {largest}.");
        }

        var image = new DecodedImage(width, height);

        // One blank ends the header.
        at++;
        Span<int> values = stackalloc int[3];
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                for (int c = 0; c < channels; c++)
                {
                    long value = text ? (bitmap ? Digit(reader, ref at) : Number(reader, ref at)) : bitmap ? (reader.Byte(at + (x / 8)) >> (7 - (x % 8))) & 1 : largest < 256 ? reader.Byte(at++) : Two(reader, ref at);
                    values[c] = bitmap ? (value == 0 ? 255 : 0) : (int)(((Math.Min(value, largest) * 255) + (largest / 2)) / largest);
                }

                image.Set(x, y, values[0], values[channels / 2], values[channels - 1]);
            }

            at += bitmap && !text ? (width + 7) / 8 : 0;
        }

        return image;
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 11 or 12;

    private static int Two(ByteReader reader, ref long at)
    {
        at += 2;
        return reader.Short(at - 2);
    }

    private static void SkipSpace(ByteReader reader, ref long at)
    {
        while (IsSpace((byte)reader.Byte(at)) || reader.Byte(at) == '#')
        {
            if (reader.Byte(at) == '#')
            {
                while (reader.Byte(at) is not ('\n' or '\r'))
                {
                    at++;
                }
            }
            else
            {
                at++;
            }
        }
    }

    private static int Digit(ByteReader reader, ref long at)
    {
        SkipSpace(reader, ref at);
        return reader.Byte(at++) - '0';
    }

    private static long Number(ByteReader reader, ref long at)
    {
        SkipSpace(reader, ref at);
        long value = 0;
        long start = at;
        while (at < reader.Bytes.Length && reader.Byte(at) is >= '0' and <= '9' && value < int.MaxValue)
        {
            value = (value * 10) + reader.Byte(at++) - '0';
        }

        return at > start ? value : throw new KernelException("The PNM picture has no number where one belongs.");
    }
}
