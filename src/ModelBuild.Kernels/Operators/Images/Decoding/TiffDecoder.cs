using System.IO.Compression;

namespace ModelBuild.Kernels;

/// <summary>TIFF pictures in strips of 8-bit gray, palette or RGB samples: without compression, PackBits, or deflate.</summary>
internal static class TiffDecoder
{
    /// <summary>What the decoder needs of the directory.</summary>
    private sealed class Directory
    {
        public Dictionary<int, long[]> Entries { get; } = [];

        public long One(int tag, long otherwise) => Entries.TryGetValue(tag, out long[]? values) && values.Length > 0 ? values[0] : otherwise;

        public long[] All(int tag) => Entries.TryGetValue(tag, out long[]? values) ? values : throw new KernelException($"The TIFF picture lacks the field {tag}.");
    }

    /// <summary>Whether it is one.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> data) => data.StartsWith("II*\0"u8) || data.StartsWith("MM\0*"u8);

    /// <summary>Decodes its first picture.</summary>
    /// <exception cref="KernelException">It is damaged or in another form.</exception>
    public static DecodedImage Decode(ReadOnlySpan<byte> data)
    {
        var reader = new ByteReader(data, "TIFF", data[0] == 'M');
        Directory directory = Read(reader, reader.Long(4));
        var image = new DecodedImage(directory.One(256, 0), directory.One(257, 0));
        int channels = (int)directory.One(277, 1);
        long photometric = directory.One(262, 1);
        if (channels is < 1 or > 4 || directory.Entries.GetValueOrDefault(258, [1]).Any(b => b != 8) || directory.One(284, 1) != 1 || photometric > 3 || (photometric == 2 && channels < 3))
        {
            throw new KernelException($"A TIFF picture with {channels} samples of kind {photometric} can't be decoded.");
        }

        long[] offsets = directory.All(273);
        long[] lengths = directory.All(279);
        long rows = Math.Min(directory.One(278, image.Height), image.Height);
        long[] map = photometric == 3 ? directory.All(320) : [];
        long stride = (long)image.Width * channels;
        for (int s = 0; s < Math.Min(offsets.Length, lengths.Length) && rows > 0; s++)
        {
            long first = s * rows;
            long count = Math.Min(rows, image.Height - first);
            if (count <= 0)
            {
                break;
            }

            byte[] strip = Expand(reader.Slice(offsets[s], lengths[s]), directory.One(259, 1), checked((int)(count * stride)));
            if (directory.One(317, 1) == 2)
            {
                Accumulate(strip, (int)stride, channels);
            }

            for (int i = 0; i < count * image.Width; i++)
            {
                Set(image, i % image.Width, (int)(first + (i / image.Width)), strip.AsSpan(i * channels), photometric, map);
            }
        }

        return image;
    }

    private static void Set(DecodedImage image, int x, int y, ReadOnlySpan<byte> samples, long photometric, long[] map)
    {
        switch (photometric)
        {
            case 2:
                image.Set(x, y, samples[0], samples[1], samples[2]);
                break;
            case 3:
                int count = map.Length / 3;
                int index = samples[0] < count ? samples[0] : throw new KernelException($"A TIFF picture uses colour {samples[0]} of {count}.");
                image.Set(x, y, (int)(map[index] >> 8), (int)(map[count + index] >> 8), (int)(map[(2 * count) + index] >> 8));
                break;
            default:
                int gray = photometric == 0 ? 255 - samples[0] : samples[0];
                image.Set(x, y, gray, gray, gray);
                break;
        }
    }

    private static Directory Read(ByteReader reader, long at)
    {
        var directory = new Directory();
        int count = reader.Short(at);
        for (int i = 0; i < count; i++)
        {
            long entry = at + 2 + (12L * i);
            int type = reader.Short(entry + 2);
            long length = reader.Long(entry + 4);
            int size = type switch
            {
                1 or 2 or 7 => 1,
                3 => 2,
                4 => 4,
                _ => 0,
            };
            if (size == 0 || length > reader.Bytes.Length)
            {
                continue;
            }

            long place = length * size <= 4 ? entry + 8 : reader.Long(entry + 8);
            long[] values = new long[length];
            for (int v = 0; v < length; v++)
            {
                values[v] = size == 1 ? reader.Byte(place + v) : size == 2 ? reader.Short(place + (2L * v)) : reader.Long(place + (4L * v));
            }

            directory.Entries[reader.Short(entry)] = values;
        }

        return directory;
    }

    private static byte[] Expand(ReadOnlySpan<byte> strip, long compression, int length)
    {
        byte[] result = new byte[length];
        switch (compression)
        {
            case 1:
                strip[..Math.Min(length, strip.Length)].CopyTo(result);
                return result;
            case 8 or 32946:
                try
                {
                    using var stream = new ZLibStream(new MemoryStream(strip.ToArray()), CompressionMode.Decompress);
                    stream.ReadAtLeast(result, length, throwOnEndOfStream: false);
                    return result;
                }
                catch (InvalidDataException e)
                {
                    throw new KernelException("The TIFF picture's content is damaged.", e);
                }

            case 32773:
                PackBits(strip, result);
                return result;
            default:
                throw new KernelException($"A TIFF picture with the compression {compression} can't be decoded.");
        }
    }

    private static void PackBits(ReadOnlySpan<byte> strip, Span<byte> result)
    {
        int at = 0;
        int filled = 0;
        while (at < strip.Length && filled < result.Length)
        {
            int code = (sbyte)strip[at++];
            int count = Math.Min(code >= 0 ? code + 1 : 1 - code, result.Length - filled);
            if (code == -128)
            {
                continue;
            }

            if (code < 0 && at < strip.Length)
            {
                result.Slice(filled, count).Fill(strip[at++]);
            }
            else
            {
                count = Math.Min(count, strip.Length - at);
                strip.Slice(at, count).CopyTo(result[filled..]);
                at += count;
            }

            filled += count;
        }
    }

    // Each sample was stored as the difference from the one to its left.
    private static void Accumulate(byte[] strip, int stride, int channels)
    {
        for (int row = 0; row < strip.Length; row += stride)
        {
            for (int i = row + channels; i < row + stride; i++)
            {
                strip[i] += strip[i - channels];
            }
        }
    }
}
