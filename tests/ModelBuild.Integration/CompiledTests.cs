using ModelBuild.Integration.Harness;

namespace ModelBuild.Integration;

/// <summary>The compiled backend from the packages: no package but ModelBuild itself, and nothing native in the output.</summary>
[TestClass]
public sealed class CompiledTests
{
    [TestMethod]
    public async Task A_model_runs_without_ONNX_Runtime()
    {
        TestProject app = TestProject.CreateApp(outputs: TestModels.Large);
        app.Replace("App.csproj", "\"ModelBuild.OnnxRuntime\"", "\"ModelBuild\"");
        (await app.BuildAsync()).Succeeded();

        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
        Assert.IsTrue(File.Exists(app.BuildFile("models/Net.mbw")));
        Assert.IsEmpty(Directory.GetFiles(app.PathOf("bin"), "*onnxruntime*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task The_build_says_which_backend_it_took_and_why()
    {
        TestProject app = TestProject.CreateApp();
        Outcome build = (await app.BuildAsync("-c", "Release")).Succeeded();
        Assert.Contains("Compiled (every operator is covered)", build.Output);
    }

    [TestMethod]
    public async Task A_project_may_forbid_unsafe_code()
    {
        TestProject app = TestProject.CreateApp(properties: "<AllowUnsafeBlocks>false</AllowUnsafeBlocks>");
        (await app.BuildAsync()).Succeeded();
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task A_plan_that_is_empty_in_a_real_build_is_an_error()
    {
        TestProject app = TestProject.CreateApp();
        (await app.BuildAsync()).Succeeded();
        app.Write(Path.GetRelativePath(app.Folder, app.BuildFile("Net.mbplan")), "modelbuild-plan\t1\n");
        (await app.BuildAsync("--no-restore")).FailedWith("MB4012");
    }

    [TestMethod]
    public async Task Building_again_touches_neither_plan_nor_assembly()
    {
        TestProject app = TestProject.CreateApp();
        (await app.BuildAsync()).Succeeded();
        DateTime plan = File.GetLastWriteTimeUtc(app.BuildFile("Net.mbplan"));
        DateTime compiled = app.CompileTime();

        (await app.BuildAsync()).Succeeded();
        Assert.AreEqual(plan, File.GetLastWriteTimeUtc(app.BuildFile("Net.mbplan")));
        Assert.AreEqual(compiled, app.CompileTime());
    }
}
