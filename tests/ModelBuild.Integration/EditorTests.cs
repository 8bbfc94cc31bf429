using ModelBuild.Integration.Harness;

namespace ModelBuild.Integration;

/// <summary>What an editor does: design-time builds and the items that it reads from them.</summary>
[TestClass]
public sealed class EditorTests
{
    private static readonly string[] s_designTime = ["-t:Compile", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true"];

    [TestMethod]
    public async Task Before_any_build_a_design_time_build_describes_and_converts_nothing()
    {
        TestProject app = TestProject.CreateApp();
        (await app.RunAsync("restore")).Succeeded();
        Outcome design = (await app.BuildAsync(["--no-restore", .. s_designTime])).Succeeded();
        Assert.IsTrue(design.RanTool("describe"), design.Shown);
        Assert.IsFalse(design.RanTool("build"), design.Shown);
        Assert.IsTrue(File.Exists(app.BuildFile("Net.mbsig")) && File.Exists(app.BuildFile("Net.mbplan")));
        Assert.IsFalse(File.Exists(app.BuildFile("models/Net.mbw")));
    }

    [TestMethod]
    public async Task Build_design_time_build_build_does_not_compile_again()
    {
        TestProject app = TestProject.CreateApp();
        (await app.BuildAsync()).Succeeded();
        DateTime compiled = app.CompileTime();
        (await app.BuildAsync(["--no-restore", .. s_designTime])).Succeeded();
        Outcome last = (await app.BuildAsync("--no-restore")).Succeeded();
        Assert.IsFalse(last.RanTool("describe") || last.RanTool("build"), last.Shown);
        Assert.AreEqual(compiled, app.CompileTime());
    }

    [TestMethod]
    public async Task Both_kinds_of_build_list_the_same_additional_files()
    {
        TestProject app = TestProject.CreateApp(items: "<Compile Remove=\"bin/**\" />");
        app.Write("Directory.Build.targets", """
            <Project>
              <Target Name="ListAdditional" AfterTargets="Compile">
                <Message Importance="high" Text="listed: @(AdditionalFiles->'%(Filename)%(Extension)')" />
              </Target>
            </Project>
            """);
        Outcome real = (await app.BuildAsync()).Succeeded();
        Outcome design = (await app.BuildAsync(["--no-restore", .. s_designTime])).Succeeded();
        Assert.Contains("listed: Net.mbsig;Net.mbplan", real.Output);
        Assert.Contains("listed: Net.mbsig;Net.mbplan", design.Output);
    }

    [TestMethod]
    public async Task A_mistake_is_silent_in_a_design_time_build()
    {
        TestProject app = TestProject.CreateApp("""<ModelAsset Include="net.onnx" /><ModelAsset Include="missing.onnx" /><ModelAsset Include="broken.onnx" />""");
        app.Write("broken.onnx", "no model");
        (await app.RunAsync("restore")).Succeeded();
        Outcome design = (await app.BuildAsync(["--no-restore", .. s_designTime])).Succeeded();
        Assert.DoesNotContain(": error", design.Output);
        Assert.IsTrue(File.Exists(app.BuildFile("Net.mbsig")), design.Shown);
    }

    [TestMethod]
    public async Task Visual_Studio_sees_models_and_stamps_in_its_up_to_date_check()
    {
        TestProject app = TestProject.CreateApp();
        // The targets that Visual Studio brings.
        app.Write("Directory.Build.targets", """
            <Project>
              <Target Name="CollectUpToDateCheckInputDesignTime" Returns="@(UpToDateCheckInput)" />
              <Target Name="CollectUpToDateCheckBuiltDesignTime" Returns="@(UpToDateCheckBuilt)" />
            </Project>
            """);
        (await app.RunAsync("restore")).Succeeded();
        Outcome inputs = (await app.RunAsync("msbuild", "-t:CollectUpToDateCheckInputDesignTime", "-p:DesignTimeBuild=true", "-getItem:UpToDateCheckInput")).Succeeded();
        Outcome built = (await app.RunAsync("msbuild", "-t:CollectUpToDateCheckBuiltDesignTime", "-p:DesignTimeBuild=true", "-getItem:UpToDateCheckBuilt")).Succeeded();
        Assert.Contains("net.onnx", inputs.Output);
        Assert.Contains("\"Set\": \"ModelBuild\"", inputs.Output);
        Assert.Contains("Net.stamp", built.Output);
    }

    [TestMethod]
    public async Task Dotnet_watch_lists_the_model()
    {
        TestProject app = TestProject.CreateApp();
        (await app.RunAsync("restore")).Succeeded();
        Outcome list = (await app.RunAsync("watch", "--list")).Succeeded();
        Assert.Contains(app.PathOf("net.onnx"), list.Output);
    }

    [TestMethod]
    public async Task Dotnet_watch_without_hot_reload_rebuilds_when_the_model_changes()
    {
        TestProject app = TestProject.CreateApp();
        (await app.RunAsync("restore")).Succeeded();
        using System.Diagnostics.Process watch = DotNet.Start("dotnet", app.Folder, app.Environment, "watch", "--no-hot-reload", "--non-interactive", "run", "--no-restore");
        var lines = new List<string>();
        watch.OutputDataReceived += (_, e) => Add(e.Data);
        watch.ErrorDataReceived += (_, e) => Add(e.Data);
        watch.BeginOutputReadLine();
        watch.BeginErrorReadLine();
        try
        {
            await WaitForAsync("y=20", watch, lines);
            TestModels.Linear(app.PathOf("net.onnx"), 6);
            await WaitForAsync("y=60", watch, lines);
        }
        finally
        {
            watch.Kill(entireProcessTree: true);
        }

        void Add(string? line)
        {
            lock (lines)
            {
                lines.Add(line ?? "");
            }
        }
    }

    private static async Task WaitForAsync(string text, System.Diagnostics.Process process, List<string> lines)
    {
        // Generous, because it only ends a hang.
        for (DateTime limit = DateTime.UtcNow.AddMinutes(5); ; await Task.Delay(200))
        {
            lock (lines)
            {
                if (lines.Exists(line => line.Contains(text, StringComparison.Ordinal)))
                {
                    return;
                }

                Assert.IsFalse(process.HasExited || DateTime.UtcNow > limit, string.Join('\n', lines));
            }
        }
    }
}
