using System.Diagnostics;
using System.Text.Json;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.Tool.Output;
using ModelBuild.Tool.Tests.Infrastructure;

namespace ModelBuild.Tool.Tests;

[TestClass]
public sealed class VerbTests : ToolTest
{
    [TestMethod]
    public void Inspect_shows_what_the_file_holds()
    {
        TestModels.Linear(At("m.onnx"), change: m => m.Metadata["author"] = "me");
        JsonElement json = Json("inspect", "m.onnx", "--json");
        Assert.AreEqual("inspect", json.GetProperty("verb").GetString());
        Assert.AreEqual("ONNX", json.GetProperty("format").GetString());
        Assert.AreEqual(17, json.GetProperty("opsets").GetProperty("ai.onnx").GetInt32());
        Assert.AreEqual(15, json.GetProperty("parameters").GetInt64());
        Assert.AreEqual(60, json.GetProperty("weightBytes").GetInt64());
        Assert.AreEqual("me", json.GetProperty("metadata").GetProperty("author").GetString());
        Assert.AreEqual("""[{"name":"x","kind":"tensor","type":"float32","shape":["batch",4]}]""", Compact(json.GetProperty("inputs")));
        Assert.AreEqual("""[{"domain":"ai.onnx","name":"Add","count":1},{"domain":"ai.onnx","name":"MatMul","count":1}]""", Compact(json.GetProperty("operators")));
        string text = Tool("inspect", "m.onnx").ShouldSucceed().Output;
        StringAssert.Contains(text, "x     float32  [batch,4]");
        Assert.DoesNotContain("\u001b", text);
    }

    [TestMethod]
    public void Inspect_shows_what_passes_decline()
    {
        TestModels.Operator(At("m.onnx"), "Foo", "com.example");
        JsonElement declined = Json("inspect", "m.onnx", "--json", "--passes").GetProperty("declined");
        Assert.IsTrue(declined.EnumerateArray().Any(d => d.GetProperty("node").GetString()!.Contains("the_node", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Run_takes_arrays_and_writes_arrays()
    {
        TestModels.Linear(At("m.onnx"));
        NpyFile.Write(At("x.npy"), TestModels.Floats([2, 4], i => i));
        JsonElement json = Json("run", "m.onnx", "--input", "x=x.npy", "--output-dir", "out", "--json");
        Assert.AreEqual("y.npy", json.GetProperty("outputs")[0].GetProperty("file").GetString());
        float[] y = NpyFile.Read(At("out", "y.npy")).As<float>().ToArray();
        Assert.HasCount(6, y);
        for (int row = 0; row < 2; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                float expected = 0.5f + Enumerable.Range(0, 4).Sum(k => ((row * 4) + k) * (((((k * 3) + column) * 37 % 101) - 50) / 100f));
                Assert.AreEqual(expected, y[(row * 3) + column], 1e-5f);
            }
        }

        NpzFile.Write(At("all.npz"), [new("x", NpyFile.Read(At("x.npy")))]);
        OnnxTensorFile.Write(At("x.pb"), NpyFile.Read(At("x.npy")), "x");
        foreach (string input in new[] { "all.npz", "x=x.pb", "x.npy" })
        {
            Tool("run", "m.onnx", "--input", input, "-o", "again").ShouldSucceed();
            CollectionAssert.AreEqual(File.ReadAllBytes(At("out", "y.npy")), File.ReadAllBytes(At("again", "y.npy")), input);
        }

        Tool("run", "m.onnx", "--input", "x.npy", "-o", "out", "--output-format", "npz").ShouldSucceed();
        Tool("run", "m.onnx", "--input", "x.npy", "-o", "out", "--output-format", "pb").ShouldSucceed();
        CollectionAssert.AreEqual(y, NpzFile.Read(At("out", "outputs.npz"))["y"].As<float>().ToArray());
        CollectionAssert.AreEqual(y, OnnxTensorFile.Read(At("out", "y.pb")).As<float>().ToArray());
    }

    [TestMethod]
    public void Generated_inputs_follow_the_seed_and_the_shape()
    {
        TestModels.Linear(At("m.onnx"));
        Tool("run", "m.onnx", "--shape", "x=5,4", "-o", "a", "--quiet").ShouldSucceed();
        Tool("run", "m.onnx", "--shape", "x=5,4", "-o", "b", "--seed", "0").ShouldSucceed();
        Tool("run", "m.onnx", "--shape", "x=5,4", "-o", "c", "--seed", "1").ShouldSucceed();
        CollectionAssert.AreEqual(File.ReadAllBytes(At("a", "y.npy")), File.ReadAllBytes(At("b", "y.npy")));
        CollectionAssert.AreNotEqual(File.ReadAllBytes(At("a", "y.npy")), File.ReadAllBytes(At("c", "y.npy")));
        Assert.AreEqual(5, NpyFile.Read(At("a", "y.npy")).Dimensions[0]);
    }

    [TestMethod]
    public void Output_names_never_leave_the_folder()
    {
        TestModels.Linear(At("m.onnx"), change: m => m.Graph.Outputs[0].Name = "../../evil/name");
        JsonElement json = Json("run", "m.onnx", "-o", "out", "--json");
        Assert.AreEqual(".._.._evil_name.npy", json.GetProperty("outputs")[0].GetProperty("file").GetString());
        Assert.IsTrue(File.Exists(At("out", ".._.._evil_name.npy")));
    }

    [TestMethod]
    public void Verify_tells_equal_from_different()
    {
        TestModels.Linear(At("a.onnx"));
        TestModels.Linear(At("b.onnx"), bias: 0.51f);
        JsonElement same = Json("verify", "a.onnx", "a.onnx", "--json", "--layers");
        Assert.IsTrue(same.GetProperty("passed").GetBoolean());
        Assert.AreEqual("product", same.GetProperty("layers")[0].GetProperty("name").GetString());
        Assert.AreEqual(0, same.GetProperty("outputs")[0].GetProperty("maxAbsolute").GetDouble());

        ToolResult different = Tool("verify", "a.onnx", "b.onnx", "--json");
        Assert.AreEqual(1, different.ExitCode);
        JsonElement output = JsonDocument.Parse(different.Output).RootElement.GetProperty("outputs")[0];
        Assert.AreEqual(0.01, output.GetProperty("maxAbsolute").GetDouble(), 1e-4);
        Assert.AreEqual(3, output.GetProperty("beyondTolerance").GetInt32());
        Tool("verify", "a.onnx", "b.onnx", "--atol", "0.1").ShouldSucceed();
        Tool("verify", "a.onnx", "b.onnx", "--cosine", "0.99").ShouldSucceed();
        Assert.AreEqual(1, Tool("verify", "a.onnx", "b.onnx", "--cosine", "0.99", "--rtol", "1e-4").ExitCode);
    }

    [TestMethod]
    public void Bench_measures_calls_that_allocate_nothing()
    {
        TestModels.Linear(At("m.onnx"));
        JsonElement json = Json("bench", "m.onnx", "--seconds", "0.2", "--threads", "1", "--backend", "onnxruntime", "--json");
        Assert.IsGreaterThan(0, json.GetProperty("medianMilliseconds").GetDouble());
        Assert.IsGreaterThanOrEqualTo(json.GetProperty("medianMilliseconds").GetDouble(), json.GetProperty("p95Milliseconds").GetDouble());
        Assert.AreEqual(0, json.GetProperty("bytesAllocatedPerCall").GetInt64());
    }

    [TestMethod]
    public void Convert_raises_the_operator_set_and_moves_weights()
    {
        TestModels.Linear(At("m.onnx"), 64, 64);
        JsonElement json = Json("convert", "m.onnx", "out.onnx", "--opset", "21", "--external-data", "true", "--shape", "x=2,64", "--json");
        Assert.AreEqual(2, json.GetProperty("files").GetArrayLength());
        JsonElement facts = Json("inspect", "out.onnx", "--json");
        Assert.AreEqual(21, facts.GetProperty("opsets").GetProperty("ai.onnx").GetInt32());
        Assert.AreEqual("[2,64]", Compact(facts.GetProperty("inputs")[0].GetProperty("shape")));
        Tool("verify", "m.onnx", "out.onnx", "--shape", "x=2,64").ShouldSucceed();
        StringAssert.Contains(Tool("convert", "m.onnx", "out.tflite").ShouldFail("MB1012"), ".onnx");
        Assert.AreEqual(2, Tool("convert", "m.onnx", "out.onnx", "--opset", "9").ExitCode);
    }

    [TestMethod]
    public void Cache_lists_prunes_and_clears()
    {
        Build(new Asset(TestModels.Linear(At("a.onnx"), bias: 1), "A")).ShouldSucceed();
        Build(new Asset(TestModels.Linear(At("b.onnx"), bias: 2), "B")).ShouldSucceed();
        JsonElement list = Json("cache", "list", "--json");
        Assert.AreEqual(2, list.GetProperty("entries").GetArrayLength());
        StringAssert.StartsWith(list.GetProperty("entries")[0].GetProperty("title").GetString(), "A a.onnx");
        StringAssert.Contains(Tool("cache", "list").ShouldSucceed().Output, "2 entries");
        Assert.AreEqual(0, Json("cache", "prune", "--json").GetProperty("removed").GetInt32());
        Assert.AreEqual(2, Json("cache", "prune", "--limit", "1B", "--json").GetProperty("removed").GetInt32());
        Build(new Asset(At("a.onnx"), "A")).ShouldSucceed();
        Tool("cache", "clear").ShouldSucceed();
        Assert.AreEqual(0, Json("cache", "list", "--json").GetProperty("entries").GetArrayLength());
        Assert.AreEqual(2, Tool("cache", "prune", "--limit", "lots").ExitCode);
    }

    [TestMethod]
    public void Doctor_checks_the_machine_and_a_model()
    {
        TestModels.Linear(At("m.onnx"), 128, 128);
        JsonElement findings = Json("doctor", "m.onnx", "--json").GetProperty("findings");
        string[] topics = [.. findings.EnumerateArray().Select(f => f.GetProperty("topic").GetString()!).Distinct()];
        CollectionAssert.AreEqual(new[] { "environment", "conversion fails", "compression has no effect", "storage is short", "deployment is slow" }, topics);
        TestModels.Operator(At("bad.onnx"), "FooBar", "");
        ToolResult bad = Tool("doctor", "bad.onnx");
        Assert.AreEqual(1, bad.ExitCode);
        StringAssert.Contains(bad.Output, "PROBLEM  MB2001");
        TestModels.Operator(At("foreign.onnx"), "Foo", "com.example");
        StringAssert.Contains(Tool("doctor", "foreign.onnx").Output, "PROBLEM  MB2001: Operator 'Foo' of operator set 'com.example' (node 'the_node')");
        Assert.AreEqual(1, Tool("doctor", "missing.onnx").ExitCode);
    }

    [TestMethod]
    [DataRow]
    [DataRow("paint")]
    [DataRow("inspect")]
    [DataRow("inspect", "a", "b")]
    [DataRow("inspect", "a", "--nonsense")]
    [DataRow("run", "a", "--shape", "x")]
    [DataRow("run", "a", "--seed", "x")]
    [DataRow("bench", "a", "--backend", "gpu")]
    [DataRow("compress", "a", "b")]
    [DataRow("build", "no-at")]
    [DataRow("describe")]
    [DataRow("cache")]
    public void Wrong_usage_is_exit_code_2(params string[] arguments)
    {
        ToolResult result = Tool(arguments);
        Assert.AreEqual(2, result.ExitCode, result.Output + result.Error);
        Assert.DoesNotContain("   at ", result.Error);
    }

    [TestMethod]
    public void Help_is_exit_code_0()
    {
        StringAssert.Contains(Tool("--help").ShouldSucceed().Output, "inspect");
        StringAssert.Contains(Tool("verify", "--help").ShouldSucceed().Output, "--rtol");
    }

    [TestMethod]
    public void An_interrupt_is_exit_code_4()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Needs /proc and signals.");
        }

        TestModels.Linear(At("m.onnx"));
        using Process process = ToolProcess.Start(Folder, "bench", "m.onnx", "--seconds", "3000");
        while (!process.HasExited && !File.ReadAllText($"/proc/{process.Id}/maps").Contains("libonnxruntime", StringComparison.Ordinal))
        {
            Thread.Sleep(20);
        }

        using (Process kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        ToolResult result = ToolProcess.Wait(process);
        Assert.AreEqual(4, result.ExitCode, result.Output + result.Error);
        Assert.DoesNotContain("   at ", result.Error);
    }

    [TestMethod]
    public void A_defect_is_exit_code_70_and_no_stack_trace()
    {
        TextWriter before = Console.Error;
        using var error = new StringWriter();
        lock (typeof(Console))
        {
            Console.SetError(error);
            try
            {
                Assert.AreEqual(70, ErrorText.Report(new InvalidOperationException("two\nlines"), "m.onnx"));
            }
            finally
            {
                Console.SetError(before);
            }
        }

        StringAssert.StartsWith(error.ToString(), "m.onnx(1,1): error MB9001: ");
        Assert.DoesNotContain("   at ", error.ToString());
        Assert.HasCount(1, error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private JsonElement Json(params string[] arguments)
    {
        JsonElement json = JsonDocument.Parse(Tool(arguments).ShouldSucceed().Output).RootElement;
        Assert.AreEqual(1, json.GetProperty("schema").GetInt32());
        return json;
    }

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json);
}
