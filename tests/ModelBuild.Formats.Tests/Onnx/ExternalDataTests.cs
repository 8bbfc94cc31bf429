using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests.Onnx;

[TestClass]
public sealed class ExternalDataTests
{
    [TestMethod]
    public void Data_beside_the_model_is_read_at_its_offset()
    {
        using var folder = new TempFolder();
        folder.Write("weights.bin", [.. BitConverter.GetBytes(9f), .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)]);
        using Model model = folder.Read(Model("weights.bin", ("offset", "4"), ("length", "8"), ("checksum", "unused")));
        CollectionAssert.AreEqual(new float[] { 1, 2 }, model.Graph.Initializers[0].Initializer!.As<float>().ToArray());
    }

    [TestMethod]
    public void Data_in_a_folder_below_is_read()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("sub"));
        folder.Write("sub/weights.bin", new byte[8]);
        using Model model = folder.Read(Model("./sub/weights.bin"));
        Assert.AreEqual(2, model.Graph.Initializers[0].Initializer!.As<float>().Length);
    }

    [TestMethod]
    [DataRow("/etc/passwd")]
    [DataRow("../weights.bin")]
    [DataRow("sub/../../weights.bin")]
    [DataRow("..\\weights.bin")]
    [DataRow("C:\\weights.bin")]
    [DataRow("\\\\server\\share\\weights.bin")]
    public void A_location_outside_the_folder_is_MB1006(string location)
    {
        using var folder = new TempFolder();
        Assert.AreEqual("MB1006", Protos.CodeOf(() => folder.Read(Model(location))));
    }

    [TestMethod]
    public void A_link_that_leads_outside_is_MB1006_and_one_that_stays_is_read()
    {
        using var outside = new TempFolder();
        using var folder = new TempFolder();
        string target = outside.Write("secret.bin", new byte[8]);
        folder.Write("real.bin", new byte[8]);
        try
        {
            File.CreateSymbolicLink(folder.File("leaves.bin"), target);
            File.CreateSymbolicLink(folder.File("stays.bin"), folder.File("real.bin"));
            Directory.CreateSymbolicLink(folder.File("elsewhere"), outside.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Assert.Inconclusive("Skipped: links can't be made here.");
        }

        Assert.AreEqual("MB1006", Protos.CodeOf(() => folder.Read(Model("leaves.bin"))));
        Assert.AreEqual("MB1006", Protos.CodeOf(() => folder.Read(Model("elsewhere/secret.bin"))));
        using Model model = folder.Read(Model("stays.bin"));
        Assert.AreEqual(8, model.Graph.Initializers[0].Initializer!.Bytes.Length);
    }

    [TestMethod]
    public void Missing_and_short_data_is_MB1007()
    {
        using var folder = new TempFolder();
        Assert.AreEqual("MB1007", Protos.CodeOf(() => folder.Read(Model("missing.bin"))));
        folder.Write("short.bin", new byte[7]);
        Assert.AreEqual("MB1007", Protos.CodeOf(() => folder.Read(Model("short.bin"))));
        folder.Write("good.bin", new byte[8]);
        Assert.AreEqual("MB1007", Protos.CodeOf(() => folder.Read(Model("good.bin", ("offset", "1")))));
        Assert.AreEqual("MB1007", Protos.CodeOf(() => folder.Read(Model("good.bin", ("offset", "9223372036854775807")))));
        Assert.AreEqual("MB1007", Protos.CodeOf(() => folder.Read(Model("good.bin", ("offset", "-1")))));
        Assert.AreEqual("MB1007", Protos.CodeOf(() => folder.Read(Model("good.bin", ("offset", "x")))));
        Assert.AreEqual("MB1007", Protos.CodeOf(() => folder.Read(Model(""))));
        Assert.AreEqual("MB1008", Protos.CodeOf(() => folder.Read(Model("good.bin", ("length", "4")))));
    }

    [TestMethod]
    public void Written_external_data_is_aligned_and_shared()
    {
        using var folder = new TempFolder();
        var model = new Model { Graph = new Graph { Name = "g" }, OpsetImports = { [""] = 17 } };
        TensorData shared = TensorData.Create<float>(ElementType.Float32, [500], new float[500]);
        var used = new List<Value>
        {
            model.Graph.AddInitializer("a", shared),
            model.Graph.AddInitializer("b", TensorData.Create<float>(ElementType.Float32, [300], [.. Enumerable.Range(0, 300).Select(i => (float)i)])),
            model.Graph.AddInitializer("c", shared),
            model.Graph.AddInitializer("small", TensorData.Int64s(1, 2)),
        };
        var y = new Value("y");
        model.Graph.Nodes.Add(new Node("Concat", used, [y]));
        model.Graph.Outputs.Add(y);

        IReadOnlyList<string> files = ModelFormats.Write(model, folder.File("m.onnx"), new ModelWriteOptions { ExternalData = true, ExternalDataAlignment = 64 });
        CollectionAssert.AreEqual(new[] { folder.File("m.onnx"), folder.File("m.onnx.data") }, files.ToArray());
        Assert.AreEqual(2048 + 1200, new FileInfo(folder.File("m.onnx.data")).Length);
        using Model again = ModelFormats.Read(folder.File("m.onnx"));
        long[] offsets = [.. again.Graph.Initializers.Select(i => i.Initializer).OfType<FileTensorData>().Select(d => d.FileOffset)];
        CollectionAssert.AreEqual(new long[] { 0, 2048, 0 }, offsets);
        Assert.AreEqual(ModelText.Of(model), ModelText.Of(again));
        CollectionAssert.AreEqual(new[] { "m.onnx", "m.onnx.data" }, Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order().ToArray());
    }

    [TestMethod]
    public void A_model_can_be_written_over_itself()
    {
        using var folder = new TempFolder();
        ModelProto proto = Protos.WithInitializer(Protos.Tensor("w", 1, [5000], new byte[20_000]));
        using (Model model = folder.Read(proto))
        {
            ModelFormats.Write(model, folder.File("model.onnx"), new ModelWriteOptions { ExternalData = true });
        }

        using (Model again = ModelFormats.Read(folder.File("model.onnx")))
        {
            ModelFormats.Write(again, folder.File("model.onnx"), new ModelWriteOptions { ExternalData = true });
        }

        using Model last = ModelFormats.Read(folder.File("model.onnx"));
        Assert.AreEqual(20_000, last.Graph.Initializers[0].Initializer!.Bytes.Length);
        Assert.AreEqual(2, Directory.GetFiles(folder.Path).Length);
    }

    private static ModelProto Model(string location, params (string Key, string Value)[] entries)
    {
        TensorProto tensor = Protos.Tensor("w", 1, [2]);
        tensor.DataLocation = 1;
        foreach ((string key, string value) in entries.Prepend(("location", location)))
        {
            tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return Protos.WithInitializer(tensor);
    }
}
