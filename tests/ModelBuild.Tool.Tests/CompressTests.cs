using System.Text.Json;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.Tool.Tests.Infrastructure;

namespace ModelBuild.Tool.Tests;

[TestClass]
public sealed class CompressTests : ToolTest
{
    [TestMethod]
    public void A_build_compresses_reports_and_keeps_the_signature()
    {
        string model = TestModels.Linear(At("lin.onnx"), 256, 300);
        ToolResult result = Build(new Asset(model, "Lin", "Quantize=int8")).ShouldSucceed();
        StringAssert.Matches(result.Output.Split('\n')[0], new(@"^Lin: 308\.7 -> \d+\.\d kB, cosine 0\.9\d+, OnnxRuntime, report: obj.Lin\.report\.html$"));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(At("obj", "Lin.report.json")));
        Assert.AreEqual(JsonValueKind.Object, report.RootElement.ValueKind);
        foreach (string file in new[] { "Lin.report.json", "Lin.report.html" })
        {
            Assert.DoesNotContain(Folder, File.ReadAllText(At("obj", file)));
            CollectionAssert.Contains(File.ReadAllLines(At("obj", "Lin.outputs")), $"report\t{At("obj", file)}\t{file}");
        }

        string small = At("obj", "models", "Lin.onnx");
        Assert.IsLessThan(new FileInfo(model).Length * 0.3, new FileInfo(small).Length);
        Tool("verify", model, small, "--cosine", "0.99").ShouldSucceed();
        Assert.AreEqual(1, Tool("verify", model, small).ExitCode);
        using Model original = Formats.ModelFormats.Read(model);
        using Model compressed = Formats.ModelFormats.Read(small);
        Assert.AreEqual(Signature(original), Signature(compressed));
    }

    [TestMethod]
    public void Compressing_in_two_folders_gives_equal_bytes()
    {
        foreach (string name in new[] { "one", "two" })
        {
            string model = TestModels.Linear(At(name, "m.onnx"), 256, 300);
            Tool("build", "@" + Arguments(name + ".rsp", $"cache={At(name, "cache")}\n", new Asset(model, "M", "Quantize=int8") { Obj = Path.Combine(name, "obj") })).ShouldSucceed();
        }

        foreach (string file in new[] { "models/M.onnx", "M.mbsig", "M.report.json", "M.report.html" })
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(At("one", "obj", file)), File.ReadAllBytes(At("two", "obj", file)), file);
        }
    }

    [TestMethod]
    public void Calibration_data_counts_for_the_key()
    {
        string model = TestModels.Linear(At("lin.onnx"), 256, 300);
        NpyFile.Write(At("data.npy"), TestModels.Floats([4, 256], i => i % 7));
        Asset asset = new(model, "Lin", "Quantize=int8", "Calibration=" + At("data.npy"));
        Build(asset).ShouldSucceed();
        StringAssert.Contains(File.ReadAllText(At("obj", "Lin.report.json")), "data.npy");
        Build(asset).ShouldSucceed();
        Assert.HasCount(1, Directory.GetDirectories(At("cache", "entries")));
        NpyFile.Write(At("data.npy"), TestModels.Floats([4, 256], i => i % 5));
        Build(asset).ShouldSucceed();
        Assert.HasCount(2, Directory.GetDirectories(At("cache", "entries")));
        NpyFile.Write(At("data.npy"), TestModels.Floats([4, 7], i => i % 5));
        Build(asset).ShouldFail("MB3002");
    }

    [TestMethod]
    public void An_accuracy_below_the_limit_is_an_error()
    {
        string model = TestModels.Linear(At("lin.onnx"), 256, 300);
        string line = Build(new Asset(model, "Lin", "Quantize=int8", "MaxAccuracyDrop=0")).ShouldFail("MB3005");
        StringAssert.StartsWith(line, At("app.csproj"));
        StringAssert.Contains(line, "MaxAccuracyDrop");
        Assert.IsFalse(File.Exists(At("obj", "models", "Lin.onnx")));
        Tool("compress", "lin.onnx", "out.onnx", "--quantize", "int8", "--max-accuracy-drop", "0").ShouldFail("MB3005", 1);
        Assert.IsFalse(File.Exists(At("out.onnx")));
    }

    [TestMethod]
    public void A_scheme_that_is_not_there_yet_is_an_error()
    {
        string model = TestModels.Linear(At("lin.onnx"), 256, 300);
        StringAssert.Contains(Build(new Asset(model, "Lin", "Quantize=int4")).ShouldFail("MB3003"), "int4");
        StringAssert.StartsWith(Tool("compress", "lin.onnx", "out.onnx", "--quantize", "int4").ShouldFail("MB3003"), "lin.onnx(1,1)");
    }

    [TestMethod]
    public void A_model_that_does_not_shrink_is_a_warning_at_the_project()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        ToolResult result = Build(new Asset(model, "Lin", "Quantize=int8"));
        Assert.AreEqual(0, result.ExitCode, result.Error);
        StringAssert.StartsWith(result.Error, At("app.csproj") + "(1,1): warning MB3006: ModelAsset 'lin.onnx': ");
        Assert.IsTrue(File.Exists(At("obj", "models", "Lin.onnx")));
    }

    [TestMethod]
    [DataRow("int8", 0.3)]
    [DataRow("fp16", 0.55)]
    public void The_verb_compresses_a_file(string scheme, double part)
    {
        string model = TestModels.Linear(At("lin.onnx"), 256, 300);
        ToolResult result = Tool("compress", "lin.onnx", "out.onnx", "--quantize", scheme, "--json").ShouldSucceed();
        JsonElement json = JsonDocument.Parse(result.Output).RootElement;
        Assert.IsTrue(json.GetProperty("applied").GetBoolean());
        Assert.IsGreaterThan(0.99, json.GetProperty("cosine").GetDouble());
        Assert.IsLessThan(new FileInfo(model).Length * part, new FileInfo(At("out.onnx")).Length);
        Assert.IsTrue(File.Exists(At("out.report.json")));
        Assert.IsTrue(File.Exists(At("out.report.html")));
        Tool("verify", "lin.onnx", "out.onnx", "--cosine", "0.99").ShouldSucceed();
        StringAssert.StartsWith(Tool("compress", "lin.onnx", "out.onnx", "--quantize", scheme).ShouldSucceed().Output, "out: ");
    }

    private static string Signature(Model model) => string.Join(";", model.Graph.Inputs.Where(i => i.Initializer is null).Concat(model.Graph.Outputs).Select(v => v.ToString()));
}
