using Google.Protobuf;
using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests.Onnx;

[TestClass]
public sealed class TensorStorageTests
{
    private static readonly ElementType[] s_stored = [.. Enum.GetValues<ElementType>().Where(t => t is not (ElementType.Undefined or ElementType.String))];

    /// <summary>Below and above the size from which payloads stay in the file.</summary>
    private static readonly int[] s_counts = [0, 1, 3, 16, 5000];

    [TestMethod]
    public void Raw_and_typed_fields_give_the_same_bytes_for_every_type()
    {
        using var folder = new TempFolder();
        foreach (ElementType type in s_stored)
        {
            foreach (int count in s_counts)
            {
                byte[] raw = Pattern(type, count);
                using Model fromRaw = folder.Read(Protos.WithInitializer(Protos.Tensor("w", (int)type, [count], raw)));
                CollectionAssert.AreEqual(raw, Initializer(fromRaw).Bytes.ToArray(), $"{type} raw {count}");
                using Model fromTyped = folder.Read(Protos.WithInitializer(Typed(type, count, raw)));
                CollectionAssert.AreEqual(raw, Initializer(fromTyped).Bytes.ToArray(), $"{type} typed {count}");
                Assert.AreEqual(type, Initializer(fromTyped).ElementType);
            }
        }
    }

    [TestMethod]
    public void Large_payloads_stay_in_the_file()
    {
        using var folder = new TempFolder();
        TensorProto tensor = Protos.Tensor("w", 1, [2, 1000], Pattern(ElementType.Float32, 2000));
        ModelProto proto = Protos.WithInitializer(tensor);
        proto.Graph.Node.Add(Protos.Node("Constant", [], ["c"], new AttributeProto { Name = "value", Type = 4, T = tensor.Clone() }));
        using Model model = folder.Read(proto);
        Assert.IsInstanceOfType<FileTensorData>(Initializer(model));
        Assert.IsInstanceOfType<FileTensorData>(model.Graph.Nodes[1].GetTensor("value"));
        CollectionAssert.AreEqual(tensor.RawData.ToByteArray(), model.Graph.Nodes[1].GetTensor("value")!.Bytes.ToArray());
    }

    [TestMethod]
    public void Elements_spread_over_several_fields_are_joined()
    {
        // The first 1,000 packed in one field, then one unpacked, then 1,000 more packed.
        TensorProto half = new();
        half.FloatData.AddRange(Enumerable.Range(0, 1000).Select(i => (float)i));
        byte[] packed = half.ToByteArray();
        byte[] tensor = [.. Protos.Tensor("w", 1, [2001]).ToByteArray(), .. packed, (4 << 3) | 5, .. BitConverter.GetBytes(7f), .. packed];
        using var folder = new TempFolder();
        using Model model = new Formats.Onnx.OnnxFormat().Read(folder.Write("model.onnx", WithEncodedInitializer(tensor)));
        ReadOnlySpan<float> read = Initializer(model).As<float>();
        Assert.AreEqual(999f, read[999]);
        Assert.AreEqual(7f, read[1000]);
        Assert.AreEqual(999f, read[2000]);
    }

    [TestMethod]
    public void Unpacked_numbers_are_read()
    {
        byte[] tensor = Protos.Tensor("w", 7, [300]).ToByteArray();
        tensor = [.. tensor, .. Enumerable.Range(0, 300).SelectMany(i => new byte[] { 7 << 3, (byte)(i & 127) })];
        using var folder = new TempFolder();
        using Model model = new Formats.Onnx.OnnxFormat().Read(folder.Write("model.onnx", WithEncodedInitializer(tensor)));
        Assert.AreEqual(299L & 127, Initializer(model).As<long>()[299]);
    }

    [TestMethod]
    public void Text_is_kept_byte_for_byte()
    {
        TensorProto tensor = Protos.Tensor("w", 8, [2, 2]);
        tensor.StringData.AddRange(new[] { "", "a", "é", "\0z" }.Select(ByteString.CopyFromUtf8));
        using var folder = new TempFolder();
        using Model model = folder.Read(Protos.WithInitializer(tensor));
        CollectionAssert.AreEqual(tensor.StringData.Select(s => s.ToStringUtf8()).ToArray(), Initializer(model).Strings!.Select(s => System.Text.Encoding.UTF8.GetString(s.Span)).ToArray());
    }

    [TestMethod]
    [DataRow("one byte short")]
    [DataRow("ten gigabytes claimed")]
    [DataRow("overflowing dimensions")]
    [DataRow("negative dimension")]
    [DataRow("too few numbers")]
    [DataRow("too few packed numbers")]
    [DataRow("no data at all")]
    [DataRow("numbers in the wrong field")]
    [DataRow("no type")]
    [DataRow("missing text")]
    public void Content_that_does_not_fit_is_MB1008(string what)
    {
        TensorProto tensor = what switch
        {
            "one byte short" => Protos.Tensor("w", 1, [600], new byte[2399]),
            "ten gigabytes claimed" => Protos.Tensor("w", 1, [50_000, 50_000], new byte[2000]),
            "overflowing dimensions" => Protos.Tensor("w", 1, [long.MaxValue, long.MaxValue, 0], []),
            "negative dimension" => Protos.Tensor("w", 1, [-1], []),
            "too few numbers" => new TensorProto { Name = "w", DataType = 7, Dims = { 3 }, Int64Data = { 1, 2 } },
            "too few packed numbers" => new TensorProto { Name = "w", DataType = 7, Dims = { 2000 }, Int64Data = { Enumerable.Range(0, 1999).Select(i => (long)i * 1000) } },
            "no data at all" => Protos.Tensor("w", 1, [4]),
            "numbers in the wrong field" => new TensorProto { Name = "w", DataType = 1, Dims = { 2000 }, Int64Data = { Enumerable.Range(0, 2000).Select(i => (long)i) } },
            "no type" => Protos.Tensor("w", 0, [1], [0]),
            "missing text" => Protos.Tensor("w", 8, [3]),
            _ => throw new ArgumentException(what),
        };
        using var folder = new TempFolder();
        Assert.AreEqual("MB1008", Protos.CodeOf(() => folder.Read(Protos.WithInitializer(tensor)).Dispose()));
    }

    [TestMethod]
    public void An_unknown_type_and_segments_are_MB1005()
    {
        using var folder = new TempFolder();
        Assert.AreEqual("MB1005", Protos.CodeOf(() => folder.Read(Protos.WithInitializer(Protos.Tensor("w", 99, [1], [0])))));
        TensorProto segmented = Protos.Tensor("w", 1, [1], new byte[4]);
        segmented.Segment = ByteString.CopyFrom(8, 0);
        Assert.AreEqual("MB1005", Protos.CodeOf(() => folder.Read(Protos.WithInitializer(segmented))));
    }

    [TestMethod]
    public void Sparse_initializers_have_their_dense_content()
    {
        using var folder = new TempFolder();
        foreach (bool linear in new[] { true, false })
        {
            ModelProto proto = Protos.WithInitializer(Protos.Tensor("w", 1, [1], new byte[4]));
            proto.Graph.SparseInitializer.Add(Sparse(linear, lastIndex: 5));
            using Model model = folder.Read(proto);
            Value value = model.Graph.Initializers[1];
            CollectionAssert.AreEqual(new float[] { 0, 1, 0, 0, 0, 2 }, value.Initializer!.As<float>().ToArray());
            Assert.IsTrue(model.Graph.SparseInitializers.ContainsKey(value));
            ModelFormats.Write(model, folder.File("again.onnx"));
            using Model again = ModelFormats.Read(folder.File("again.onnx"));
            Assert.AreEqual(ModelText.Of(model), ModelText.Of(again));
        }
    }

    [TestMethod]
    public void A_sparse_index_outside_the_shape_is_MB1008()
    {
        using var folder = new TempFolder();
        foreach (bool linear in new[] { true, false })
        {
            ModelProto proto = Protos.WithInitializer(Protos.Tensor("w", 1, [1], new byte[4]));
            proto.Graph.SparseInitializer.Add(Sparse(linear, lastIndex: 6));
            using Model model = folder.Read(proto);
            Assert.AreEqual("MB1008", Protos.CodeOf(() => _ = model.Graph.Initializers[1].Initializer!.Bytes));
        }
    }

    [TestMethod]
    public void A_sparse_tensor_that_would_be_huge_is_MB1008()
    {
        SparseTensorProto sparse = Sparse(linear: true, lastIndex: 5);
        sparse.Dims.Clear();
        sparse.Dims.Add(100_000_000_000);
        ModelProto proto = Protos.WithInitializer(Protos.Tensor("w", 1, [1], new byte[4]));
        proto.Graph.SparseInitializer.Add(sparse);
        using var folder = new TempFolder();
        Assert.AreEqual("MB1008", Protos.CodeOf(() => folder.Read(proto)));
    }

    [TestMethod]
    public void A_file_beyond_2_GiB_is_read()
    {
        // The payload is a hole in the file, which takes no room on disk.
        const long Size = 3L << 30;
        byte[] head = Protos.Tensor("w", 1, [Size / 4]).ToByteArray();
        byte[] tensorHead = [.. head, (9 << 3) | 2, .. Varint(Size)];
        byte[] graphHead = [.. new GraphProto { Name = "g" }.ToByteArray(), (5 << 3) | 2, .. Varint(tensorHead.Length + Size), .. tensorHead];
        byte[] fileHead = [8, 8, (7 << 3) | 2, .. Varint(graphHead.Length + Size), .. graphHead];
        using var folder = new TempFolder();
        string path = folder.Write("large.onnx", fileHead);
        using (FileStream stream = File.OpenWrite(path))
        {
            stream.SetLength(fileHead.Length + Size);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        using Model model = ModelFormats.Read(path);
        Assert.IsLessThan(1 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.AreEqual(Size, model.Graph.Initializers[0].Initializer!.ByteLength);
        Assert.AreEqual(0, model.Graph.Initializers[0].Initializer!.GetBytes(Size - 1, 1)[0]);
    }

    private static TensorData Initializer(Model model) => model.Graph.Initializers[0].Initializer!;

    private static IEnumerable<byte> Varint(long value)
    {
        for (; value > 127; value >>= 7)
        {
            yield return (byte)(value | 128);
        }

        yield return (byte)value;
    }

    private static byte[] WithEncodedInitializer(byte[] tensor)
    {
        byte[] graph = [.. Protos.WithInitializer(new TensorProto()).Graph.Node[0] is var node ? new GraphProto { Name = "g", Node = { node } }.ToByteArray() : [], (5 << 3) | 2, .. Varint(tensor.Length), .. tensor];
        return [8, 8, (7 << 3) | 2, .. Varint(graph.Length), .. graph];
    }

    private static SparseTensorProto Sparse(bool linear, long lastIndex)
    {
        // Values 1 at (0, 1) and 2 at (1, 2) of a 2x3 tensor; the last index is 5 or past the end.
        byte[] indices = linear
            ? [.. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(lastIndex)]
            : [.. BitConverter.GetBytes(0L), .. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(lastIndex - 3)];
        return new SparseTensorProto
        {
            Values = Protos.Tensor("s", 1, [2], [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)]),
            Indices = Protos.Tensor("", 7, linear ? [2] : [2, 2], indices),
            Dims = { 2, 3 },
        };
    }

    private static byte[] Pattern(ElementType type, int count)
    {
        var bytes = new byte[type.ByteSize(count)];
        new Random(count).NextBytes(bytes);
        if (type == ElementType.Bool)
        {
            bytes = Array.ConvertAll(bytes, b => (byte)(b & 1));
        }

        return bytes;
    }

    private static TensorProto Typed(ElementType type, int count, byte[] raw)
    {
        TensorProto tensor = Protos.Tensor("w", (int)type, [count]);
        int width = Math.Max(1, type.BitSize() / 8);
        switch (type)
        {
            case ElementType.Float32 or ElementType.Complex64:
                tensor.FloatData.AddRange(raw.Chunk(4).Select(c => BitConverter.ToSingle(c)));
                break;
            case ElementType.Float64 or ElementType.Complex128:
                tensor.DoubleData.AddRange(raw.Chunk(8).Select(c => BitConverter.ToDouble(c)));
                break;
            case ElementType.Int64:
                tensor.Int64Data.AddRange(raw.Chunk(8).Select(c => BitConverter.ToInt64(c)));
                break;
            case ElementType.UInt32 or ElementType.UInt64:
                tensor.Uint64Data.AddRange(raw.Chunk(width).Select(c => width == 4 ? BitConverter.ToUInt32(c) : BitConverter.ToUInt64(c)));
                break;
            case ElementType.Int8:
                tensor.Int32Data.AddRange(raw.Select(b => (int)(sbyte)b));
                break;
            case ElementType.Int16:
                tensor.Int32Data.AddRange(raw.Chunk(2).Select(c => (int)BitConverter.ToInt16(c)));
                break;
            case ElementType.Int32:
                tensor.Int32Data.AddRange(raw.Chunk(4).Select(c => BitConverter.ToInt32(c)));
                break;
            default:
                tensor.Int32Data.AddRange(raw.Chunk(width).Select(c => width == 2 ? BitConverter.ToUInt16(c) : (int)c[0]));
                break;
        }

        return tensor;
    }
}
