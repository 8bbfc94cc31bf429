using System.IO.Compression;

namespace ModelBuild.Kernels;

/// <summary>PNG pictures of every colour type, depth and interlacing; transparency is left out.</summary>
internal static class PngDecoder
{
    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Whether it is one.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> data) => data.StartsWith(Signature);

    /// <summary>Decodes it.</summary>
    /// <exception cref="KernelException">It is damaged.</exception>
    public static DecodedImage Decode(ReadOnlySpan<byte> data)
    {
        var reader = new ByteReader(data, "PNG", bigEndian: true);
        using var compressed = new MemoryStream();
        ReadOnlySpan<byte> palette = [];
        for (long at = 8; at < data.Length;)
        {
            long length = reader.Long(at);
            ReadOnlySpan<byte> type = reader.Slice(at + 4, 4);
            ReadOnlySpan<byte> content = reader.Slice(at + 8, length);
            if (type.SequenceEqual("PLTE"u8))
            {
                palette = content;
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                compressed.Write(content);
            }
            else if (type.SequenceEqual("IEND"u8))
            {
                break;
            }

            at += 12 + length;
        }

        int bits = reader.Byte(24);
        int color = reader.Byte(25);
        int channels = color switch
        {
            0 or 3 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => throw new KernelException($"A PNG picture can't have the colour type {color}."),
        };
        if (bits is not (1 or 2 or 4 or 8 or 16) || (bits < 8 && channels > 1) || (color == 3 && bits == 16))
        {
            throw new KernelException($"A PNG picture of colour type {color} can't have {bits} bits.");
        }

        var image = new DecodedImage(reader.Long(16), reader.Long(20));
        compressed.Position = 0;
        try
        {
            using var stream = new ZLibStream(compressed, CompressionMode.Decompress);
            ReadOnlySpan<int> passes = reader.Byte(28) == 0 ? [0, 0, 1, 1] : [0, 0, 8, 8, 4, 0, 8, 8, 0, 4, 4, 8, 2, 0, 4, 4, 0, 2, 2, 4, 1, 0, 2, 2, 0, 1, 1, 2];
            for (int p = 0; p < passes.Length; p += 4)
            {
                ReadPass(stream, image, passes[p], passes[p + 1], passes[p + 2], passes[p + 3], bits, color, channels, palette);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new KernelException("The PNG picture's content is damaged.", e);
        }

        return image;
    }

    private static void ReadPass(Stream stream, DecodedImage image, int startX, int startY, int stepX, int stepY, int bits, int color, int channels, ReadOnlySpan<byte> palette)
    {
        int width = (image.Width - startX + stepX - 1) / stepX;
        int height = (image.Height - startY + stepY - 1) / stepY;
        if (width <= 0 || height <= 0)
        {
            return;
        }

        int stride = checked((int)((((long)width * channels * bits) + 7) / 8));
        int distance = Math.Max(1, channels * bits / 8);
        byte[] row = new byte[stride];
        byte[] above = new byte[stride];
        for (int y = 0; y < height; y++)
        {
            int filter = stream.ReadByte();
            stream.ReadExactly(row);
            Unfilter(filter, row, above, distance);
            for (int x = 0; x < width; x++)
            {
                SetPixel(image, startX + (x * stepX), startY + (y * stepY), row, x, bits, color, channels, palette);
            }

            (row, above) = (above, row);
        }
    }

    private static void Unfilter(int filter, byte[] row, byte[] above, int distance)
    {
        if (filter is < 0 or > 4)
        {
            throw new KernelException($"A PNG picture has no filter {filter}.");
        }

        for (int i = 0; i < row.Length; i++)
        {
            int left = i >= distance ? row[i - distance] : 0;
            int corner = i >= distance ? above[i - distance] : 0;
            row[i] += (byte)(filter switch
            {
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => Paeth(left, above[i], corner),
                _ => 0,
            });
        }
    }

    private static int Paeth(int left, int above, int corner)
    {
        int estimate = left + above - corner;
        int toLeft = Math.Abs(estimate - left);
        int toAbove = Math.Abs(estimate - above);
        int toCorner = Math.Abs(estimate - corner);
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }

    private static void SetPixel(DecodedImage image, int x, int y, byte[] row, int index, int bits, int color, int channels, ReadOnlySpan<byte> palette)
    {
        if (color == 3)
        {
            int entry = Sample(row, index, bits) * 3;
            if (entry + 3 > palette.Length)
            {
                throw new KernelException($"A PNG picture uses colour {entry / 3} of {palette.Length / 3}.");
            }

            image.Set(x, y, palette[entry], palette[entry + 1], palette[entry + 2]);
            return;
        }

        int first = Scaled(row, index * channels, bits);
        image.Set(x, y, first, channels < 3 ? first : Scaled(row, (index * channels) + 1, bits), channels < 3 ? first : Scaled(row, (index * channels) + 2, bits));
    }

    private static int Scaled(byte[] row, int index, int bits) => bits < 8 ? Sample(row, index, bits) * 255 / ((1 << bits) - 1) : Sample(row, index, bits);

    // Of 16 bits the upper half.
    private static int Sample(byte[] row, int index, int bits) => bits >= 8
        ? row[index * (bits / 8)]
        : (row[index * bits / 8] >> (8 - bits - (index * bits % 8))) & ((1 << bits) - 1);
}
