namespace ModelBuild.Kernels;

/// <summary>Windows bitmaps without compression: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits.</summary>
internal static class BmpDecoder
{
    /// <summary>Whether it is one.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> data) => data.StartsWith("BM"u8);

    /// <summary>Decodes it.</summary>
    /// <exception cref="KernelException">It is damaged or compressed.</exception>
    public static DecodedImage Decode(ReadOnlySpan<byte> data)
    {
        var reader = new ByteReader(data, "BMP", bigEndian: false);
        long start = reader.Long(10);
        long header = reader.Long(14);
        bool old = header == 12;
        long width = old ? reader.Short(18) : (int)reader.Long(18);
        long height = old ? reader.Short(20) : (int)reader.Long(22);
        int bits = reader.Short(old ? 24 : 28);
        long compression = old ? 0 : reader.Long(30);
        if (compression is not (0 or 3) || bits is not (1 or 4 or 8 or 16 or 24 or 32) || (compression == 3 && bits < 16))
        {
            throw new KernelException($"A BMP picture with the compression {compression} and {bits} bits can't be decoded.");
        }

        bool upward = height > 0;
        var image = new DecodedImage(width, Math.Abs(height));
        long stride = ((width * bits) + 31) / 32 * 4;
        long palette = 14 + header + (compression == 3 && header == 40 ? 12 : 0);
        ReadOnlySpan<long> masks = compression == 3 ? [reader.Long(54), reader.Long(58), reader.Long(62)] : bits == 16 ? [0x7C00, 0x3E0, 0x1F] : [0xFF0000, 0xFF00, 0xFF];
        for (int y = 0; y < image.Height; y++)
        {
            long row = start + (stride * (upward ? image.Height - 1 - y : y));
            for (int x = 0; x < image.Width; x++)
            {
                if (bits <= 8)
                {
                    long bit = (long)x * bits;
                    int index = (reader.Byte(row + (bit / 8)) >> (int)(8 - bits - (bit % 8))) & ((1 << bits) - 1);
                    long entry = palette + (index * (old ? 3 : 4));
                    image.Set(x, y, reader.Byte(entry + 2), reader.Byte(entry + 1), reader.Byte(entry));
                }
                else if (bits == 24)
                {
                    image.Set(x, y, reader.Byte(row + (3 * x) + 2), reader.Byte(row + (3 * x) + 1), reader.Byte(row + (3 * x)));
                }
                else
                {
                    long pixel = bits == 16 ? reader.Short(row + (2L * x)) : reader.Long(row + (4L * x));
                    image.Set(x, y, Channel(pixel, masks[0]), Channel(pixel, masks[1]), Channel(pixel, masks[2]));
                }
            }
        }

        return image;
    }

    private static int Channel(long pixel, long mask)
    {
        if (mask == 0)
        {
            return 0;
        }

        int shift = System.Numerics.BitOperations.TrailingZeroCount(mask);
        return (int)(((pixel & mask) >> shift) * 255 / (mask >> shift));
    }
}
