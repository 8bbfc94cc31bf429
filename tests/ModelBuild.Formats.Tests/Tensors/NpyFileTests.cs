using System.Text;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests.Tensors;

[TestClass]
public sealed class NpyFileTests
{
    [TestMethod]
    public void Every_type_that_NumPy_has_survives()
    {
        using var folder = new TempFolder();
        ElementType[] types =
        [
            ElementType.Bool, ElementType.Int8, ElementType.Int16, ElementType.Int32, ElementType.Int64, ElementType.UInt8, ElementType.UInt16, ElementType.UInt32, ElementType.UInt64,
            ElementType.Float16, ElementType.Float32, ElementType.Float64, ElementType.Complex64, ElementType.Complex128, ElementType.BFloat16,
        ];
        foreach (ElementType type in types)
        {
            foreach (long[] dimensions in new long[][] { [], [3], [2, 3], [0, 4] })
            {
                var bytes = new byte[type.ByteSize(dimensions.Aggregate(1L, (p, d) => p * d))];
                new Random(1).NextBytes(bytes);
                NpyFile.Write(folder.File("a.npy"), new MemoryTensorData(type, dimensions, bytes));
                TensorData read = NpyFile.Read(folder.File("a.npy"));
                Assert.AreEqual(type, read.ElementType);
                CollectionAssert.AreEqual(dimensions, read.Dimensions.ToArray());
                CollectionAssert.AreEqual(bytes, read.Bytes.ToArray());
                Assert.AreEqual(0, File.ReadAllBytes(folder.File("a.npy")).AsSpan().IndexOf((byte)'\n') % 64 - 63, "Elements are aligned to 64 bytes.");
            }
        }
    }

    [TestMethod]
    public void The_bytes_are_those_that_NumPy_writes()
    {
        using var folder = new TempFolder();
        NpyFile.Write(folder.File("a.npy"), TensorData.Create<float>(ElementType.Float32, [2, 1], [1f, 2f]));
        string header = Encoding.Latin1.GetString(File.ReadAllBytes(folder.File("a.npy")))[..128];
        Assert.AreEqual("\u0093NUMPY\u0001\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }".PadRight(127) + "\n", header);
    }

    [TestMethod]
    public void Columns_first_and_big_endian_become_rows_first_and_little_endian()
    {
        using var folder = new TempFolder();

        // [[1, 2, 3], [4, 5, 6]] column by column.
        byte[] bytes = [.. new short[] { 1, 4, 2, 5, 3, 6 }.SelectMany(v => new[] { (byte)(v >> 8), (byte)v })];
        string path = folder.Write("a.npy", ArrayFile("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3)}", bytes));
        CollectionAssert.AreEqual(new short[] { 1, 2, 3, 4, 5, 6 }, NpyFile.Read(path).As<short>().ToArray());
    }

    [TestMethod]
    public void Text_survives()
    {
        using var folder = new TempFolder();
        string[] texts = ["", "abc", "\u00E9\U0001F600"];
        NpyFile.Write(folder.File("a.npy"), new StringTensorData([3], [.. texts.Select(t => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(t))]));
        CollectionAssert.AreEqual(texts, NpyFile.Read(folder.File("a.npy")).Strings!.Select(s => Encoding.UTF8.GetString(s.Span)).ToArray());
        string bytes = folder.Write("s.npy", ArrayFile("{'descr': '|S3', 'fortran_order': False, 'shape': (2,)}", [.. "ab\0xyz"u8]));
        CollectionAssert.AreEqual(new[] { "ab", "xyz" }, NpyFile.Read(bytes).Strings!.Select(s => Encoding.UTF8.GetString(s.Span)).ToArray());
    }

    [TestMethod]
    public void Types_that_NumPy_lacks_are_widened()
    {
        using var folder = new TempFolder();
        NpyFile.Write(folder.File("a.npy"), new MemoryTensorData(ElementType.Int4, [3], [0xF1, 0x08]));
        CollectionAssert.AreEqual(new sbyte[] { 1, -1, -8 }, NpyFile.Read(folder.File("a.npy")).As<sbyte>().ToArray());
        NpyFile.Write(folder.File("a.npy"), new MemoryTensorData(ElementType.UInt2, [4], [0b11_10_01_00]));
        CollectionAssert.AreEqual(new byte[] { 0, 1, 2, 3 }, NpyFile.Read(folder.File("a.npy")).As<byte>().ToArray());
        AssertFloats(ElementType.Float8E4M3FN, [0x38, 0xC0, 0x7E, 0x7F, 0x01], [1, -2, 448, float.NaN, 0.001953125f]);
        AssertFloats(ElementType.Float8E4M3FNUZ, [0x40, 0x80, 0x7F], [1, float.NaN, 240]);
        AssertFloats(ElementType.Float8E5M2, [0x3C, 0x7C, 0xFC, 0x7D, 0x7B], [1, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 57344]);
        AssertFloats(ElementType.Float8E5M2FNUZ, [0x40, 0x80, 0x7F], [1, float.NaN, 57344]);
        AssertFloats(ElementType.Float8E8M0, [127, 128, 255, 126], [1, 2, float.NaN, 0.5f]);
        AssertFloats(ElementType.Float4E2M1, [0x10, 0xF7], [0, 0.5f, 6, -6]);

        void AssertFloats(ElementType type, byte[] bytes, float[] expected)
        {
            NpyFile.Write(folder.File("f.npy"), new MemoryTensorData(type, [expected.Length], bytes));
            CollectionAssert.AreEqual(expected, NpyFile.Read(folder.File("f.npy")).As<float>().ToArray(), type.ToString());
        }
    }

    [TestMethod]
    [DataRow("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}")]
    [DataRow("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}")]
    [DataRow("{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}")]
    [DataRow("{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,)}")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)}")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (2500000000,)}")]
    [DataRow("{'descr': '<U0', 'fortran_order': False, 'shape': (2500000000,)}")]
    [DataRow("{'descr': '<f4', 'shape': (1,)}")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (1,")]
    [DataRow("import os")]
    [DataRow("")]
    public void A_bad_header_is_MB3001(string header)
    {
        using var folder = new TempFolder();
        Assert.AreEqual("MB3001", Protos.CodeOf(() => NpyFile.Read(folder.Write("a.npy", ArrayFile(header, new byte[8])))));
    }

    [TestMethod]
    public void A_file_that_is_no_array_is_MB3001()
    {
        using var folder = new TempFolder();
        byte[] good = ArrayFile("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", new byte[8]);
        Assert.AreEqual("MB3001", Protos.CodeOf(() => NpyFile.Read(folder.File("missing.npy"))));
        Assert.AreEqual("MB3001", Protos.CodeOf(() => NpyFile.Read(folder.Write("a.npy", []))));
        Assert.AreEqual("MB3001", Protos.CodeOf(() => NpyFile.Read(folder.Write("a.npy", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))));
        for (int length = 0; length < good.Length; length++)
        {
            Assert.AreEqual("MB3001", Protos.CodeOf(() => NpyFile.Read(folder.Write("a.npy", good[..length]))), $"{length}");
        }
    }

    [TestMethod]
    public void Arrays_of_an_archive_keep_their_order_and_are_read_when_asked_for()
    {
        using var folder = new TempFolder();
        var arrays = new OrderedDictionary<string, TensorData>
        {
            ["z"] = TensorData.Create<float>(ElementType.Float32, [2], [1f, 2f]),
            ["a/b"] = TensorData.Int64s(3),
            ["t"] = new StringTensorData([1], [Encoding.UTF8.GetBytes("text")]),
        };
        NpzFile.Write(folder.File("a.npz"), arrays);
        OrderedDictionary<string, TensorData> read = NpzFile.Read(folder.File("a.npz"));
        CollectionAssert.AreEqual(arrays.Keys.ToArray(), read.Keys.ToArray());
        foreach ((string name, TensorData data) in arrays)
        {
            Assert.AreEqual(ModelText.Of(data), ModelText.Of(read[name]));
        }

        byte[] first = File.ReadAllBytes(folder.File("a.npz"));
        NpzFile.Write(folder.File("a.npz"), arrays);
        CollectionAssert.AreEqual(first, File.ReadAllBytes(folder.File("a.npz")));
    }

    [TestMethod]
    public void A_compressed_archive_is_read()
    {
        using var folder = new TempFolder();
        using (var archive = new System.IO.Compression.ZipArchive(File.Create(folder.File("a.npz")), System.IO.Compression.ZipArchiveMode.Create))
        using (Stream entry = archive.CreateEntry("x.npy", System.IO.Compression.CompressionLevel.SmallestSize).Open())
        {
            entry.Write(ArrayFile("{'descr': '<f4', 'fortran_order': False, 'shape': (1000,)}", new byte[4000]));
        }

        Assert.AreEqual(1000, NpzFile.Read(folder.File("a.npz"))["x"].As<float>().Length);
    }

    [TestMethod]
    public void A_bad_archive_is_MB3001()
    {
        using var folder = new TempFolder();
        Assert.AreEqual("MB3001", Protos.CodeOf(() => NpzFile.Read(folder.File("missing.npz"))));
        Assert.AreEqual("MB3001", Protos.CodeOf(() => NpzFile.Read(folder.Write("a.npz", [1, 2, 3]))));
        NpzFile.Write(folder.File("a.npz"), [new("x", TensorData.Create<float>(ElementType.Float32, [1000], new float[1000]))]);
        byte[] bytes = File.ReadAllBytes(folder.File("a.npz"));
        Assert.AreEqual("MB3001", Protos.CodeOf(() => NpzFile.Read(folder.Write("a.npz", bytes[..2000]))));
    }

    [TestMethod]
    public void Arrays_that_NumPy_wrote_are_read()
    {
        string root = SharedFolder.Find("corpus/torch-made");
        int count = 0;
        foreach (string path in Directory.EnumerateFiles(root, "*.npy", SearchOption.AllDirectories))
        {
            TensorData data = NpyFile.Read(path);
            Assert.AreEqual(data.ByteLength, data.Bytes.Length);
            count++;
        }

        Assert.IsGreaterThan(10, count);
    }

    private static byte[] ArrayFile(string header, byte[] content) =>
        [0x93, .. "NUMPY\x01\x00"u8, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.Latin1.GetBytes(header), .. content];
}
