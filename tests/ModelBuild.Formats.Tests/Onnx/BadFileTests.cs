using CsCheck;
using Google.Protobuf;
using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests.Onnx;

[TestClass]
public sealed class BadFileTests
{
    [TestMethod]
    public void Each_kind_of_bad_file_has_its_code()
    {
        using var folder = new TempFolder();
        Assert.AreEqual("MB1002", Protos.CodeOf(() => ModelFormats.Read(folder.File("missing.onnx"))));
        Assert.AreEqual("MB1002", Protos.CodeOf(() => new Formats.Onnx.OnnxFormat().Read(folder.File("missing.onnx"))));
        Assert.AreEqual("MB1002", Protos.CodeOf(() => ModelFormats.Read(folder.Path)));
        Assert.AreEqual("MB1003", Protos.CodeOf(() => ModelFormats.Read(folder.Write("empty.onnx", []))));
        Assert.AreEqual("MB1003", Protos.CodeOf(() => new Formats.Onnx.OnnxFormat().Read(folder.File("empty.onnx"))));
        Assert.AreEqual("MB1001", Protos.CodeOf(() => ModelFormats.Read(folder.Write("garbage.onnx", [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 37))]))));
        Assert.AreEqual("MB1001", Protos.CodeOf(() => ModelFormats.Read(folder.Write("zeros.onnx", new byte[5000]))));
        Assert.AreEqual("MB1001", Protos.CodeOf(() => ModelFormats.Read(folder.Write("empty-model.onnx", [8, 8]))));
        Assert.AreEqual("MB1001", Protos.CodeOf(() => ModelFormats.Read(folder.Write("a.tflite", [28, 0, 0, 0, .. "TFL3"u8, 0, 0]))));
        Assert.AreEqual("MB1005", Protos.CodeOf(() => ModelFormats.Read(folder.Write("a.pt", [.. "PK\x03\x04"u8, 0, 0]))));
        Assert.AreEqual("MB1001", Protos.CodeOf(() => ModelFormats.Read(folder.Write("a.h5", [0x89, .. "HDF\r\n"u8, 0x1a, 10]))));
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelException>(() => ModelFormats.Read(folder.Write("lfs.onnx", [.. "version https://git-lfs.github.com/spec/v1\n"u8]))).Message,
            "git lfs pull");
        Assert.AreEqual("MB1005", Protos.CodeOf(() => ModelFormats.Read(folder.File("garbage.onnx"), "nonsense")));
        Assert.AreEqual("MB1012", Protos.CodeOf(() => ModelFormats.Find("nonsense", forWriting: true)));
    }

    [TestMethod]
    public void Messages_name_the_file()
    {
        using var folder = new TempFolder();
        string path = folder.Write("empty.onnx", []);
        Assert.AreEqual(path, Assert.ThrowsExactly<ModelException>(() => ModelFormats.Read(path)).Path);
    }

    [TestMethod]
    public void A_truncated_file_is_MB1004_or_has_no_graph()
    {
        byte[] bytes = Sample();
        using var folder = new TempFolder();
        for (int length = 3; length < bytes.Length; length += 7)
        {
            string path = folder.Write("model.onnx", bytes[..length]);
            try
            {
                new Formats.Onnx.OnnxFormat().Read(path).Dispose();
            }
            catch (ModelException e)
            {
                Assert.IsTrue(e.Code is "MB1004" or "MB1001", $"{length}: {e.Code} {e.Message}");
            }
        }

        Assert.AreEqual("MB1004", Protos.CodeOf(() => ModelFormats.Read(folder.Write("model.onnx", bytes[..^200]))));
    }

    [TestMethod]
    public void Deep_nesting_is_MB1010()
    {
        var graph = new GraphProto { Name = "g", Input = { Protos.Info("x") }, Node = { Protos.Node("Identity", ["x"], ["y"]) }, Output = { Protos.Info("y") } };
        for (int i = 0; i < 40; i++)
        {
            graph = new GraphProto
            {
                Name = "g",
                Node = { Protos.Node("If", [], [$"y{i}"], new AttributeProto { Name = "then_branch", Type = 5, G = graph }) },
                Output = { new ValueInfoProto { Name = $"y{i}" } },
            };
        }

        using var folder = new TempFolder();
        Assert.AreEqual("MB1010", Protos.CodeOf(() => folder.Read(Protos.Model(graph))));

        // A hundred thousand types within each other, of a few bytes each.
        byte[] type = [];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] element = [10, .. Varint(type.Length), .. type];
            type = [(4 << 3) | 2, .. Varint(element.Length), .. element];
            if (type.Length > 60_000)
            {
                break;
            }
        }

        byte[] info = [(1 << 3) | 2, 1, (byte)'x', (2 << 3) | 2, .. Varint(type.Length), .. type];
        byte[] inner = [(11 << 3) | 2, .. Varint(info.Length), .. info];
        Assert.AreEqual("MB1010", Protos.CodeOf(() => ModelFormats.Read(folder.Write("types.onnx", [8, 8, (7 << 3) | 2, .. Varint(inner.Length), .. inner]))));
    }

    [TestMethod]
    public void Nesting_that_ONNX_Runtime_accepts_is_read()
    {
        var graph = new GraphProto { Name = "g", Node = { Protos.Node("Identity", ["x"], ["y"]) }, Output = { Protos.Info("y") } };
        for (int i = 0; i < 25; i++)
        {
            graph = new GraphProto
            {
                Name = "g",
                Node = { Protos.Node("If", ["c"], [$"y{i}"], new AttributeProto { Name = "then_branch", Type = 5, G = graph }) },
                Output = { new ValueInfoProto { Name = $"y{i}" } },
            };
        }

        graph.Input.AddRange([Protos.Info("x"), Protos.Info("c", 9)]);
        using var folder = new TempFolder();
        using Model model = folder.Read(Protos.Model(graph));
        Assert.AreEqual(26, model.Graph.AllGraphs().Count());
    }

    [TestMethod]
    public void Whatever_bytes_are_changed_only_ModelException_comes_out()
    {
        byte[] sample = Sample();
        using var folder = new TempFolder();
        Gen.Select(Gen.Int[0, sample.Length - 1], Gen.Byte, Gen.Int[0, 3]).Array[1, 4].Sample(
            changes =>
            {
                byte[] bytes = [.. sample];
                foreach ((int at, byte value, int kind) in changes)
                {
                    bytes = kind switch
                    {
                        0 when at < bytes.Length => [.. bytes[..at], .. bytes[(at + 1)..]],
                        1 when at < bytes.Length => [.. bytes[..at], value, .. bytes[at..]],
                        2 when at < bytes.Length => bytes[..Math.Max(2, at)],
                        _ => bytes,
                    };
                    if (at < bytes.Length)
                    {
                        bytes[at] = value;
                    }
                }

                ReadAll(folder.Write($"{Guid.NewGuid():N}.onnx", bytes), folder);
            },
            iter: 3000,
            seed: "0000000000001",
            threads: 2);
    }

    private static void ReadAll(string path, TempFolder folder)
    {
        try
        {
            using Model model = new Formats.Onnx.OnnxFormat().Read(path);
            ModelFormats.Write(model, folder.File($"{Guid.NewGuid():N}.onnx"));
        }
        catch (ModelException)
        {
            // What a bad file is meant to give.
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Sample()
    {
        AttributeProto branch = new()
        {
            Name = "then_branch",
            Type = 5,
            G = new GraphProto { Name = "b", Node = { Protos.Node("Add", ["x", "w"], ["inner"]) }, Output = { Protos.Info("inner", 1, 400) } },
        };
        TensorProto packed = new() { Name = "i", DataType = 7, Dims = { 700 } };
        packed.Int64Data.AddRange(Enumerable.Range(0, 700).Select(i => (long)i * i));
        var graph = new GraphProto
        {
            Name = "g",
            Input = { Protos.Info("x", 1, 400), Protos.Info("c", 9) },
            Initializer = { Protos.Tensor("w", 1, [400], new byte[1600]), packed },
            Node =
            {
                Protos.Node("If", ["c"], ["a"], branch),
                Protos.Node("F", ["a"], ["y"]),
                Protos.Node("Constant", [], ["k"], new AttributeProto { Name = "value", Type = 4, T = Protos.Tensor("", 1, [300], new byte[1200]) }),
            },
            Output = { Protos.Info("y", 1, 400) },
            SparseInitializer = { new SparseTensorProto { Values = Protos.Tensor("s", 1, [1], new byte[4]), Indices = Protos.Tensor("", 7, [1], new byte[8]), Dims = { 3, 3 } } },
        };
        ModelProto model = Protos.Model(graph);
        model.Functions.Add(new FunctionProto { Name = "F", Input = { "p" }, Output = { "q" }, Node = { Protos.Node("Relu", ["p"], ["q"]) } });
        return model.ToByteArray();
    }

    private static IEnumerable<byte> Varint(long value)
    {
        for (; value > 127; value >>= 7)
        {
            yield return (byte)(value | 128);
        }

        yield return (byte)value;
    }
}
