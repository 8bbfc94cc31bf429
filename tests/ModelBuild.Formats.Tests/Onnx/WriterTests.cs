using CsCheck;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests.Onnx;

[TestClass]
public sealed class WriterTests
{
    [TestMethod]
    public void Any_graph_survives_writing_and_gives_the_same_bytes_again()
    {
        using var folder = new TempFolder();
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                string first = folder.File($"{Guid.NewGuid():N}.onnx");
                string second = folder.File($"{Guid.NewGuid():N}.onnx");
                using Model model = RandomModel.Make(new Random(seed));
                ModelFormats.Write(model, first);
                using Model again = ModelFormats.Read(first);
                Assert.AreEqual(ModelText.Of(model), ModelText.Of(again));
                ModelFormats.Write(again, second);
                CollectionAssert.AreEqual(File.ReadAllBytes(first), File.ReadAllBytes(second));
            },
            iter: 300,
            seed: "0000000000001",
            threads: 2);
    }

    [TestMethod]
    [DataRow(ElementType.Float32, 10)]
    [DataRow(ElementType.Int4, 10)]
    [DataRow(ElementType.Float4E2M1, 11)]
    [DataRow(ElementType.Float8E8M0, 12)]
    [DataRow(ElementType.Int2, 13)]
    public void The_IR_version_is_the_lowest_that_fits(ElementType type, long version)
    {
        using var folder = new TempFolder();
        var model = new Model { IrVersion = 3, OpsetImports = { [""] = 21 } };
        Value w = model.Graph.AddInitializer("w", new MemoryTensorData(type, [8], new byte[type.ByteSize(8)]));
        model.Graph.Outputs.Add(w);
        ModelFormats.Write(model, folder.File("m.onnx"));
        using Model again = ModelFormats.Read(folder.File("m.onnx"));
        Assert.AreEqual(version, again.IrVersion);
    }

    [TestMethod]
    public void Colliding_and_missing_names_are_made_unique_but_the_signature_stays()
    {
        using var folder = new TempFolder();
        var model = new Model { OpsetImports = { [""] = 21 } };
        var x = new Value("same");
        var middle = new Value("same");
        var unnamed = new Value("");
        var y = new Value("y");
        model.Graph.Inputs.Add(x);
        model.Graph.Nodes.Add(new Node("Relu", [x], [middle]));
        model.Graph.Nodes.Add(new Node("Relu", [middle], [unnamed]));
        model.Graph.Nodes.Add(new Node("Relu", [unnamed], [y]));
        model.Graph.Outputs.Add(y);
        ModelFormats.Write(model, folder.File("m.onnx"));
        using Model again = ModelFormats.Read(folder.File("m.onnx"));
        Assert.AreEqual("same", again.Graph.Inputs[0].Name);
        Assert.AreEqual("y", again.Graph.Outputs[0].Name);
        Assert.AreSame(again.Graph.Nodes[0].Outputs[0], again.Graph.Nodes[1].Inputs[0]);
        Assert.AreSame(again.Graph.Nodes[1].Outputs[0], again.Graph.Nodes[2].Inputs[0]);
        Assert.AreEqual(4, again.Graph.Nodes.SelectMany(n => n.Outputs).Append(again.Graph.Inputs[0]).Select(v => v!.Name).Distinct().Count());
    }

    [TestMethod]
    public void A_value_that_nothing_defines_is_MB1009()
    {
        using var folder = new TempFolder();
        var model = new Model();
        var y = new Value("y");
        model.Graph.Nodes.Add(new Node("Relu", [new Value("nothing")], [y]));
        model.Graph.Outputs.Add(y);
        Assert.AreEqual("MB1009", Protos.CodeOf(() => ModelFormats.Write(model, folder.File("m.onnx"))));
        Assert.AreEqual(0, Directory.GetFiles(folder.Path).Length);
    }

    [TestMethod]
    public void What_can_not_be_written_is_MB1011_and_leaves_what_was_there()
    {
        using var folder = new TempFolder();
        var model = new Model();
        model.Graph.Outputs.Add(model.Graph.AddInitializer("w", TensorData.Create<float>(ElementType.Float32, [500], new float[500])));

        // A file where a folder is needed, and a folder where the file is to go.
        folder.Write("file", [1]);
        Assert.AreEqual("MB1011", Protos.CodeOf(() => ModelFormats.Write(model, Path.Combine(folder.File("file"), "m.onnx"))));
        folder.Write("m.onnx.data", [1, 2, 3]);
        Directory.CreateDirectory(folder.File("m.onnx"));
        Assert.AreEqual("MB1011", Protos.CodeOf(() => ModelFormats.Write(model, folder.File("m.onnx"), new ModelWriteOptions { ExternalData = true })));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, File.ReadAllBytes(folder.File("m.onnx.data")));
        CollectionAssert.AreEqual(new[] { "file", "m.onnx.data" }, Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order().ToArray());
        Assert.AreEqual("MB1012", Protos.CodeOf(() => ModelFormats.Write(model, folder.File("m.unknown"))));
    }

    [TestMethod]
    public void Cancelling_leaves_nothing_behind()
    {
        using var folder = new TempFolder();
        folder.Write("m.onnx", [1]);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var model = new Model();
        model.Graph.Outputs.Add(model.Graph.AddInitializer("w", TensorData.Create<float>(ElementType.Float32, [500], new float[500])));
        Assert.ThrowsExactly<OperationCanceledException>(() => ModelFormats.Write(model, folder.File("m.onnx"), new ModelWriteOptions { Cancellation = cancelled.Token }));
        CollectionAssert.AreEqual(new byte[] { 1 }, File.ReadAllBytes(folder.File("m.onnx")));
        Assert.AreEqual(1, Directory.GetFiles(folder.Path).Length);
    }

    [TestMethod]
    public void Leftovers_of_a_killed_write_are_swept()
    {
        using var folder = new TempFolder();
        string old = folder.Write(".m.onnx.0123.modelbuild.tmp", [1]);
        string recent = folder.Write(".m.onnx.4567.modelbuild.tmp", [1]);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        var model = new Model();
        model.Graph.Outputs.Add(model.Graph.AddInitializer("w", TensorData.Scalar(1f)));
        ModelFormats.Write(model, folder.File("m.onnx"));
        Assert.IsFalse(File.Exists(old));
        Assert.IsTrue(File.Exists(recent), "Another process may be writing it.");
    }
}
