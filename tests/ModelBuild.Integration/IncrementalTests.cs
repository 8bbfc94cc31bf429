using ModelBuild.Integration.Harness;

namespace ModelBuild.Integration;

/// <summary>What is done again, and what is not.</summary>
[TestClass]
public sealed class IncrementalTests
{
    [TestMethod]
    public async Task First_build_runs_the_tool_and_the_second_does_nothing()
    {
        TestProject app = TestProject.CreateApp();
        Outcome first = (await app.BuildAsync()).Succeeded();
        Assert.IsTrue(first.RanTool("describe") && first.RanTool("build"), first.Shown);
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);

        DateTime compiled = app.CompileTime();
        Outcome second = (await app.BuildAsync("--no-restore")).Succeeded();
        Assert.IsFalse(second.RanTool("describe") || second.RanTool("build"), second.Shown);
        Assert.AreEqual(compiled, app.CompileTime());
    }

    [TestMethod]
    public async Task Only_the_changed_one_of_two_models_is_converted()
    {
        TestProject app = TestProject.CreateApp("""<ModelAsset Include="net.onnx" /><ModelAsset Include="other.onnx" />""");
        TestModels.Linear(app.PathOf("other.onnx"), 3);
        Outcome first = (await app.BuildAsync()).Succeeded();
        Assert.AreEqual(1, first.ToolRuns("build"), "One process for all models.\n" + first.Shown);

        DateTime other = File.GetLastWriteTimeUtc(app.BuildFile("Other.stamp"));
        TestModels.Linear(app.PathOf("net.onnx"), 5);
        Outcome second = (await app.BuildAsync("--no-restore")).Succeeded();
        Assert.IsTrue(second.RanTool("build"), second.Shown);
        Assert.DoesNotContain("Other", await File.ReadAllTextAsync(app.BuildFile("build.rsp")));
        Assert.AreEqual(other, File.GetLastWriteTimeUtc(app.BuildFile("Other.stamp")));
        Assert.Contains("y=50", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task A_changed_metadatum_converts_again()
    {
        TestProject app = TestProject.CreateApp(outputs: TestModels.Large);
        (await app.BuildAsync()).Succeeded();
        app.Replace("App.csproj", """<ModelAsset Include="net.onnx" />""", """<ModelAsset Include="net.onnx" Quantize="fp16" Rename="y=scaled" />""");
        app.Replace("Program.cs", "using var net", "_ = Net.Outputs.Scaled.Length;\nusing var net");
        Outcome second = (await app.BuildAsync("--no-restore")).Succeeded();
        Assert.IsTrue(second.RanTool("build"), second.Shown);
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
        Assert.IsTrue(File.Exists(app.BuildFile("Net.report.json")) && File.Exists(app.BuildFile("Net.report.html")));
    }

    [TestMethod]
    public async Task A_model_replaced_by_an_older_one_is_noticed()
    {
        TestProject app = TestProject.CreateApp();
        (await app.BuildAsync()).Succeeded();
        TestModels.Linear(app.PathOf("net.onnx"), 7);
        File.SetLastWriteTimeUtc(app.PathOf("net.onnx"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.IsTrue((await app.BuildAsync("--no-restore")).Succeeded().RanTool("build"));
        Assert.Contains("y=70", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task Changed_external_data_is_noticed()
    {
        TestProject app = TestProject.CreateApp();
        TestModels.Linear(app.PathOf("net.onnx"), 2, externalData: true);
        (await app.BuildAsync()).Succeeded();
        Outcome second = (await app.BuildAsync("--no-restore")).Succeeded();
        Assert.IsFalse(second.RanTool("describe") || second.RanTool("build"), second.Shown);

        // Only the data file: the model file keeps its length and time.
        string data = app.PathOf("net.onnx.data");
        byte[] bytes = await File.ReadAllBytesAsync(data);
        for (int i = 0; i < 64; i += 4)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i), 4f);
        }

        await File.WriteAllBytesAsync(data, bytes);
        Assert.IsTrue((await app.BuildAsync("--no-restore")).Succeeded().RanTool("build"));
        Assert.Contains("y=40", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task Rebuild_and_clean()
    {
        TestProject app = TestProject.CreateApp(outputs: TestModels.Large);
        (await app.BuildAsync()).Succeeded();
        Outcome rebuilt = (await app.BuildAsync("--no-restore", "-t:Rebuild")).Succeeded();
        Assert.IsTrue(rebuilt.RanTool("describe") && rebuilt.RanTool("build"), rebuilt.Shown);
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);

        await File.WriteAllTextAsync(app.BuildFile("left-behind.tmp"), "by a killed build");
        (await app.RunAsync("clean")).Succeeded();
        Assert.IsFalse(Directory.Exists(Path.GetDirectoryName(app.BuildFile("Net.stamp"))));
        Assert.IsEmpty(Directory.GetFiles(app.PathOf("bin"), "*.onnx*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task A_deleted_result_is_made_again()
    {
        TestProject app = TestProject.CreateApp(outputs: TestModels.Large);
        (await app.BuildAsync()).Succeeded();
        File.Delete(app.BuildFile("models/Net.mbw"));
        File.Delete(app.BuildFile("Net.mbsig"));
        Outcome second = (await app.BuildAsync("--no-restore")).Succeeded();
        Assert.IsTrue(second.RanTool("describe") && second.RanTool("build"), second.Shown);
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task A_killed_build_leaves_nothing_that_disturbs_the_next()
    {
        TestProject app = TestProject.CreateApp(outputs: TestModels.Large, asset: """<ModelAsset Include="net.onnx" Quantize="fp16" />""");
        (await app.RunAsync("restore")).Succeeded();
        app.Environment["MODELBUILD_CACHE"] = app.PathOf("cache");
        using (System.Diagnostics.Process build = DotNet.Start("dotnet", app.Folder, app.Environment, "build", "--no-restore", "-v:n", "-tl:off"))
        {
            // Killed as soon as the conversion has started.
            while (!File.Exists(app.BuildFile("build.rsp")) && !build.HasExited)
            {
                await Task.Delay(5);
            }

            build.Kill(entireProcessTree: true);
            await build.WaitForExitAsync();
        }

        (await app.BuildAsync("--no-restore")).Succeeded();
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
        Assert.IsEmpty(Directory.GetFiles(Path.GetDirectoryName(app.BuildFile("Net.stamp"))!, "*.tmp", SearchOption.AllDirectories));
    }
}
