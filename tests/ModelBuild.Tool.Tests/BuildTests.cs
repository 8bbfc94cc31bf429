using System.Diagnostics;
using ModelBuild.Graphs;
using ModelBuild.Tool.Tests.Infrastructure;

namespace ModelBuild.Tool.Tests;

[TestClass]
public sealed class BuildTests : ToolTest
{
    [TestMethod]
    public void Small_models_are_embedded_as_they_are()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        ToolResult result = Build(new Asset(model, "Lin")).ShouldSucceed();
        StringAssert.StartsWith(result.Output, "Lin: ");
        StringAssert.Contains(result.Output, ", OnnxRuntime, report");
        Assert.HasCount(1, result.Output.Trim().Split('\n'));
        CollectionAssert.AreEqual(File.ReadAllBytes(model), File.ReadAllBytes(At("obj", "models", "Lin.onnx")));
        Assert.AreEqual($"embedded\t{At("obj", "models", "Lin.onnx")}\tmodels/Lin.onnx", Outputs("Lin")[0]);
        Assert.IsTrue(File.Exists(At("obj", "Lin.stamp")));
        Assert.IsTrue(File.Exists(At("obj", "Lin.mbsig")));
    }

    [TestMethod]
    public void Large_weights_go_to_a_file_beside_the_model()
    {
        string model = TestModels.Linear(At("big.onnx"), 512, 600);
        Build(new Asset(model, "Big")).ShouldSucceed();
        Assert.AreEqual($"content\t{At("obj", "models", "Big.onnx")}\tmodels/Big.onnx", Outputs("Big")[0]);
        Assert.AreEqual($"content\t{At("obj", "models", "Big.onnx.data")}\tmodels/Big.onnx.data", Outputs("Big")[1]);
        Assert.IsGreaterThan(512 * 600 * 4 - 1, new FileInfo(At("obj", "models", "Big.onnx.data")).Length);
        Tool("verify", model, At("obj", "models", "Big.onnx"), "--rtol", "0", "--atol", "0").ShouldSucceed();
    }

    [TestMethod]
    public void A_release_build_compares_what_it_wrote_with_the_original()
    {
        string model = TestModels.Linear(At("big.onnx"), 512, 600);
        Tool("build", "@" + Arguments("b.rsp", "configuration=Release\n", new Asset(model, "Big"))).ShouldSucceed();
        Build(new Asset(model, "Big", "Verify=true")).ShouldSucceed();
        Assert.HasCount(2, Directory.GetDirectories(At("cache", "entries")));
    }

    [TestMethod]
    public void Files_of_the_build_before_that_are_not_written_again_go()
    {
        string model = TestModels.Linear(At("big.onnx"), 512, 600);
        Build(new Asset(model, "Big")).ShouldSucceed();
        Build(new Asset(model, "Big", "Storage=Embedded")).ShouldSucceed();
        Assert.IsFalse(File.Exists(At("obj", "models", "Big.onnx.data")));
        StringAssert.StartsWith(Outputs("Big")[0], "embedded\t");
    }

    [TestMethod]
    public void The_second_build_takes_the_result_from_the_cache()
    {
        string model = TestModels.Linear(At("big.onnx"), 512, 600);
        string first = Build(new Asset(model, "Big")).ShouldSucceed().Output;
        string entry = Assert.ContainsSingle(Directory.GetDirectories(At("cache", "entries")));
        DateTime made = File.GetLastWriteTimeUtc(Path.Combine(entry, "Big.onnx.data"));
        Directory.Delete(At("obj"), recursive: true);
        Assert.AreEqual(first, Build(new Asset(model, "Big")).ShouldSucceed().Output);
        Assert.AreEqual(made, File.GetLastWriteTimeUtc(Path.Combine(entry, "Big.onnx.data")));
        Assert.IsTrue(File.Exists(At("obj", "models", "Big.onnx.data")));
    }

    [TestMethod]
    public void A_damaged_cache_entry_is_made_again()
    {
        string model = TestModels.Linear(At("big.onnx"), 512, 600);
        Build(new Asset(model, "Big")).ShouldSucceed();
        byte[] right = File.ReadAllBytes(At("obj", "models", "Big.onnx.data"));
        string entry = Assert.ContainsSingle(Directory.GetDirectories(At("cache", "entries")));
        File.WriteAllBytes(Path.Combine(entry, "Big.onnx.data"), new byte[right.Length]);
        Build(new Asset(model, "Big")).ShouldSucceed();
        CollectionAssert.AreEqual(right, File.ReadAllBytes(At("obj", "models", "Big.onnx.data")));
    }

    [TestMethod]
    public void The_key_changes_with_model_and_metadata_and_not_with_the_folder()
    {
        string model = TestModels.Linear(At("a", "m.onnx"));
        Directory.CreateDirectory(At("b"));
        File.Copy(model, At("b", "m.onnx"));
        Build(new Asset(model, "M")).ShouldSucceed();
        Build(new Asset(At("b", "m.onnx"), "M") { Obj = "obj2" }).ShouldSucceed();
        Assert.HasCount(1, Directory.GetDirectories(At("cache", "entries")));
        Build(new Asset(model, "M", "InputShapes=x=2,4")).ShouldSucceed();
        Assert.HasCount(2, Directory.GetDirectories(At("cache", "entries")));
        TestModels.Linear(model, bias: 1);
        Build(new Asset(model, "M")).ShouldSucceed();
        Assert.HasCount(3, Directory.GetDirectories(At("cache", "entries")));
    }

    [TestMethod]
    public void Two_folders_and_two_caches_give_equal_bytes()
    {
        foreach (string name in new[] { "one", "another place" })
        {
            string model = TestModels.Linear(At(name, "m.onnx"), 512, 600);
            Asset asset = new(model, "M", "InputShapes=x=2,512") { Obj = Path.Combine(name, "obj") };
            Tool("build", "@" + Arguments(name + ".rsp", $"cache={At(name, "cache")}\n", asset)).ShouldSucceed();
        }

        foreach (string file in new[] { "models/M.onnx", "models/M.onnx.data", "M.mbsig", "M.mbplan" })
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(At("one", "obj", file)), File.ReadAllBytes(At("another place", "obj", file)), file);
        }
    }

    [TestMethod]
    public void Two_processes_at_once_make_the_entry_once()
    {
        string model = TestModels.Linear(At("big.onnx"), 1024, 2000);
        string[] files = [.. Enumerable.Range(0, 3).Select(i => Arguments($"{i}.rsp", "", new Asset(model, "Big") { Obj = $"obj{i}" }))];
        Process[] processes = [.. files.Select(f => ToolProcess.Start(Folder, "build", "@" + f))];
        foreach (Process process in processes)
        {
            ToolProcess.Wait(process).ShouldSucceed();
            process.Dispose();
        }

        Assert.HasCount(1, Directory.GetDirectories(At("cache", "entries")));
        Assert.IsEmpty(Directory.GetDirectories(At("cache", "temporary")));
        for (int i = 0; i < 3; i++)
        {
            Assert.IsTrue(File.Exists(At($"obj{i}", "Big.stamp")));
        }
    }

    [TestMethod]
    public void A_killed_build_leaves_nothing_that_the_next_one_trips_over()
    {
        string model = TestModels.Linear(At("big.onnx"), 2048, 4000);
        string file = Arguments("b.rsp", "", new Asset(model, "Big"));
        using (Process process = ToolProcess.Start(Folder, "build", "@" + file))
        {
            // Killed as soon as it is at work on the entry, or, on a machine that is too fast to catch it, at its end.
            while (!process.HasExited && !(Directory.Exists(At("cache", "temporary")) && Directory.EnumerateDirectories(At("cache", "temporary")).Any()))
            {
                Thread.Sleep(1);
            }

            process.Kill();
            process.WaitForExit();
        }

        Build(new Asset(model, "Big")).ShouldSucceed();
        Assert.IsEmpty(Directory.GetDirectories(At("cache", "temporary")));
        Assert.IsEmpty(Directory.GetFiles(Folder, "*.mbtmp", SearchOption.AllDirectories));
        Tool("verify", model, At("obj", "models", "Big.onnx")).ShouldSucceed();
    }

    [TestMethod]
    public void The_cache_stays_within_its_limit()
    {
        for (int i = 0; i < 3; i++)
        {
            string model = TestModels.Linear(At($"m{i}.onnx"), 512, 600, bias: i);
            Tool("build", "@" + Arguments("b.rsp", "cacheSize=3MB\n", new Asset(model, "M"))).ShouldSucceed();
        }

        Assert.HasCount(2, Directory.GetDirectories(At("cache", "entries")));
        StringAssert.Contains(Tool("build", "@" + Arguments("b.rsp", "cacheSize=lots\n", new Asset(At("m0.onnx"), "M"))).ShouldFail("MB0003"), "lots");
    }

    [TestMethod]
    public void A_cache_that_cant_be_written_is_an_error()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        File.WriteAllText(At("file"), "");
        string line = Tool("build", "@" + Arguments("b.rsp", $"cache={At("file", "cache")}\n", new Asset(model, "Lin"))).ShouldFail("MB0009");
        StringAssert.Contains(line, "MODELBUILD_CACHE");
        Assert.IsFalse(File.Exists(At("obj", "Lin.stamp")));
    }

    [TestMethod]
    public void An_output_that_cant_be_written_is_an_error_and_there_is_no_stamp()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        Directory.CreateDirectory(At("obj"));
        File.WriteAllText(At("obj", "models"), "");
        StringAssert.Contains(Build(new Asset(model, "Lin")).ShouldFail("MB0009"), "models");
        Assert.IsFalse(File.Exists(At("obj", "Lin.stamp")));
    }

    [TestMethod]
    [DataRow("FooBar", "", "ai.onnx")]
    [DataRow("FooBar", "com.microsoft", "com.microsoft")]
    public void An_operator_that_no_backend_has_is_named(string type, string domain, string shown)
    {
        string model = TestModels.Operator(At("op.onnx"), type, domain);
        string line = Build(new Asset(model, "Op")).ShouldFail("MB2001");
        StringAssert.StartsWith(line, model + "(1,1)");
        StringAssert.Contains(line, "'FooBar'");
        StringAssert.Contains(line, $"'{shown}'");
        StringAssert.Contains(line, "'the_node'");
        Assert.IsFalse(File.Exists(At("obj", "Op.stamp")));
        Assert.IsFalse(Directory.Exists(At("cache", "entries")) && Directory.EnumerateDirectories(At("cache", "entries")).Any());
    }

    [TestMethod]
    public void A_model_that_onnx_runtime_refuses_is_one_error_without_the_path_of_a_copy()
    {
        string model = TestModels.Linear(At("m.onnx"), change: m => m.Graph.Initializers[0].Initializer = TestModels.Floats([5, 3], _ => 1));
        string line = Build(new Asset(model, "M")).ShouldFail("MB3007");
        StringAssert.StartsWith(line, model + "(1,1)");
        Assert.DoesNotContain("cache", line);
    }

    [TestMethod]
    public void A_failed_build_keeps_the_old_result()
    {
        string model = TestModels.Linear(At("m.onnx"));
        Build(new Asset(model, "M")).ShouldSucceed();
        byte[] old = File.ReadAllBytes(At("obj", "models", "M.onnx"));
        TestModels.Operator(model, "FooBar", "");
        Build(new Asset(model, "M")).ShouldFail("MB2001");
        CollectionAssert.AreEqual(old, File.ReadAllBytes(At("obj", "models", "M.onnx")));
    }

    [TestMethod]
    public void A_model_without_a_class_gets_no_signature()
    {
        string model = TestModels.Linear(At("m.onnx"));
        Build(new Asset(model, "M", "GenerateClass=false")).ShouldSucceed();
        Assert.IsFalse(File.Exists(At("obj", "M.mbsig")));
        Assert.IsTrue(File.Exists(At("obj", "models", "M.onnx")));
    }

    [TestMethod]
    public void Fixed_shapes_enter_the_model_too()
    {
        string model = TestModels.Linear(At("m.onnx"));
        Build(new Asset(model, "M", "InputShapes=x=2,4")).ShouldSucceed();
        using Model built = Formats.ModelFormats.Read(At("obj", "models", "M.onnx"));
        Assert.AreEqual("[2,4]", built.Graph.Inputs[0].Tensor!.Shape!.ToString());
        Assert.AreEqual("[2,3]", built.Graph.Outputs[0].Tensor!.Shape!.ToString());
    }

    private string[] Outputs(string name) => File.ReadAllLines(At("obj", name + ".outputs"));
}
