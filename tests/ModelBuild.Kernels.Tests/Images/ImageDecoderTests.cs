using System.Buffers.Binary;
using System.IO.Compression;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Images;

[TestClass]
public sealed class ImageDecoderTests
{
    // 3 by 2: red, green, blue; white, black, gray.
    private static readonly byte[] s_pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128, 128, 128];

    // A gray picture of 8 by 8 pixels of the value 200: one block whose first coefficient is 72, quantized by 8.
    private static readonly byte[] s_jpeg =
    [
        0xFF, 0xD8,
        0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)8, 64),
        0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0,
        0xFF, 0xC4, 0, 20, 0x00, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7,
        0xFF, 0xC4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0,

        // 0: seven bits follow; 1001000: 72; 0: no more.
        0b01001000, 0b01111111,
        0xFF, 0xD9,
    ];

    [TestMethod]
    public void Bitmaps_are_decoded() => AreEqual(s_pixels, Decode(Bmp(), "RGB"), 2, 3, 3);

    [TestMethod]
    public void Channels_are_turned_or_weighed()
    {
        byte[] turned = Decode(Bmp(), "BGR").Bytes.ToArray();
        CollectionAssert.AreEqual((byte[])[0, 0, 255, 0, 255, 0], turned[..6]);
        AreEqual([76, 150, 29, 255, 0, 128], Decode(Bmp(), "Grayscale"), 2, 3, 1);
        Assert.ThrowsExactly<KernelException>(() => Decode(Bmp(), "HSV"));
    }

    [TestMethod]
    public void Portable_pixmaps_are_decoded()
    {
        AreEqual(s_pixels, Decode([.. "P6\n# by hand\n3 2\n255\n"u8, .. s_pixels], "RGB"), 2, 3, 3);
        AreEqual(s_pixels, Decode([.. "P3 3 2 255 255 0 0 0 255 0 0 0 255 255 255 255 0 0 0 128 128 128\n"u8], "RGB"), 2, 3, 3);
        AreEqual([0, 255, 255, 0], Decode([.. "P1 2 2 1001\n"u8], "Grayscale"), 2, 2, 1);
        AreEqual([0, 255], Decode([.. "P4 2 1\n"u8, 0x80], "Grayscale"), 1, 2, 1);
        AreEqual([0, 255], Decode([.. "P5 2 1 65535\n"u8, 0, 0, 255, 255], "Grayscale"), 1, 2, 1);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void Pictures_with_every_filter_are_decoded(int filter) => AreEqual(s_pixels, Decode(Png(filter), "RGB"), 2, 3, 3);

    [TestMethod]
    public void A_flat_photograph_is_flat()
    {
        // 72 * 8 / 8 + 128.
        TensorValue image = Decode(s_jpeg, "Grayscale");
        AreEqual([.. Enumerable.Repeat((byte)200, 64)], image, 8, 8, 1);
    }

    [TestMethod]
    public void The_suite_s_pictures_agree()
    {
        string suite = SharedFolder.Suite();
        string[] folders = [.. Directory.EnumerateDirectories(suite, "test_image_decoder_*", SearchOption.AllDirectories)];
        Assert.IsNotEmpty(folders);
        foreach (string folder in folders.Where(f => !f.Contains("jpeg2k", StringComparison.Ordinal) && !f.Contains("webp", StringComparison.Ordinal)))
        {
            string format = folder.EndsWith("grayscale", StringComparison.Ordinal) ? "Grayscale" : folder.EndsWith("bgr", StringComparison.Ordinal) ? "BGR" : "RGB";
            byte[] expected = Raw(Path.Combine(folder, "test_data_set_0", "output_0.pb"));
            CollectionAssert.AreEqual(expected, Decode(Raw(Path.Combine(folder, "test_data_set_0", "input_0.pb")), format).Bytes.ToArray(), folder);
        }
    }

    [TestMethod]
    public void Every_cut_and_every_damaged_byte_is_an_error_or_a_picture()
    {
        byte[][] files = [Bmp(), Png(4), [.. "P6 3 2 255\n"u8, .. s_pixels], s_jpeg, Tiff()];
        AreEqual(s_pixels, Decode(Tiff(), "RGB"), 2, 3, 3);
        foreach (byte[] file in files)
        {
            for (int length = 0; length < file.Length; length++)
            {
                Try(file[..length]);
            }

            for (int i = 0; i < file.Length; i++)
            {
                foreach (byte value in (byte[])[0, 1, 0x7F, 0xFF])
                {
                    byte[] damaged = [.. file];
                    damaged[i] = value;
                    Try(damaged);
                }
            }
        }
    }

    private static void Try(byte[] file)
    {
        try
        {
            _ = Decode(file, "RGB");
        }
        catch (KernelException)
        {
            // What a damaged file should give.
        }
    }

    private static TensorValue Decode(byte[] file, string format)
    {
        var image = new TensorValue();
        ImageDecoding.ImageDecoder(Tensors.Of<byte>(TensorElementType.UInt8, [file.Length], file), image, format);
        return image;
    }

    private static void AreEqual(byte[] expected, TensorValue image, long height, long width, long channels)
    {
        Assert.AreEqual($"UInt8[{height},{width},{channels}]", image.ToString());
        CollectionAssert.AreEqual(expected, image.Bytes.ToArray());
    }

    private static byte[] Bmp()
    {
        byte[] file = new byte[54 + 24];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), 3);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), 2);
        file[26] = 1;
        file[28] = 24;
        for (int i = 0; i < 18; i++)
        {
            file[54 + ((1 - (i / 9)) * 12) + (i % 9 / 3 * 3) + 2 - (i % 3)] = s_pixels[i];
        }

        return file;
    }

    private static byte[] Png(int filter)
    {
        using var content = new MemoryStream();
        using (var stream = new ZLibStream(content, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int y = 0; y < 2; y++)
            {
                stream.WriteByte((byte)filter);
                for (int i = 0; i < 9; i++)
                {
                    int left = i >= 3 ? s_pixels[(9 * y) + i - 3] : 0;
                    int above = y > 0 ? s_pixels[i] : 0;
                    int corner = i >= 3 && y > 0 ? s_pixels[i - 3] : 0;
                    int estimate = left + above - corner;
                    int[] candidates = [left, above, corner];
                    stream.WriteByte((byte)(s_pixels[(9 * y) + i] - filter switch
                    {
                        1 => left,
                        2 => above,
                        3 => (left + above) / 2,
                        4 => candidates.MinBy(c => Math.Abs(estimate - c)),
                        _ => 0,
                    }));
                }
            }
        }

        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR"u8, [0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]), .. Chunk("IDAT"u8, content.ToArray()), .. Chunk("IEND"u8, [])];

        static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
        {
            byte[] length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
            return [.. length, .. type, .. content, 0, 0, 0, 0];
        }
    }

    private static byte[] Tiff()
    {
        (int Tag, int Type, int Count, int Value)[] fields = [(256, 3, 1, 3), (257, 3, 1, 2), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 3), (278, 3, 1, 2), (279, 4, 1, 18)];
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("II*\0"u8);
        writer.Write(26);
        writer.Write(s_pixels);
        writer.Write((short)fields.Length);
        foreach ((int tag, int type, int count, int value) in fields)
        {
            writer.Write((short)tag);
            writer.Write((short)type);
            writer.Write(count);
            writer.Write(value);
        }

        writer.Write(0);
        return file.ToArray();
    }

    // The raw content of a serialized tensor: field 9.
    private static byte[] Raw(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        for (int at = 0; at < file.Length;)
        {
            long key = Varint(file, ref at);
            long value = Varint(file, ref at);
            if (key == ((9 << 3) | 2))
            {
                return file[at..(int)(at + value)];
            }

            at += (key & 7) == 2 ? (int)value : 0;
        }

        return [];
    }

    private static long Varint(byte[] file, ref int at)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = file[at++];
            value |= (long)(next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }
    }
}
