using ModelBuild.Integration.Harness;

namespace ModelBuild.Integration;

/// <summary>The property <c>ModelBuildEmitKernels</c>.</summary>
[TestClass]
public sealed class EmittedKernelTests
{
    private const string Assembly = "ModelBuild.Kernels.Assembler";

    [TestMethod]
    public async Task Emitted_kernels_are_there_unless_left_out()
    {
        TestProject app = TestProject.CreateApp();
        (await app.BuildAsync()).Succeeded();
        Assert.IsTrue(Mentions(app));

        (await app.BuildAsync("-p:ModelBuildEmitKernels=false", "--no-incremental")).Succeeded();
        Directory.Delete(app.PathOf("bin"), recursive: true);
        (await app.BuildAsync("-p:ModelBuildEmitKernels=false", "--no-restore")).Succeeded();
        Assert.IsFalse(Mentions(app));
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    [DataRow("-p:ModelBuildEmitKernels=false", true)]
    [DataRow("-p:ModelBuildEmitKernels=true", false)]
    [DataRow("-p:ModelBuildEmitKernels=false -p:IlcInstructionSet=x86-64-v3", false)]
    [DataRow("-p:ModelBuildEmitKernels=false -p:PublishAot=false", false)]
    public async Task Native_publishing_without_them_warns(string properties, bool warns)
    {
        TestProject app = TestProject.CreateApp(name: "Native_" + properties.Length);
        (await app.RunAsync("restore")).Succeeded();
        Outcome prepared = await app.RunAsync(["msbuild", "-t:PrepareForPublish", "-p:RuntimeIdentifier=linux-x64", "-p:TreatWarningsAsErrors=false", "-p:PublishAot=true", .. properties.Split(' ')]);
        Assert.AreEqual(warns, prepared.Output.Contains("warning MB0015:", StringComparison.Ordinal), prepared.Shown);
    }

    private static bool Mentions(TestProject app)
    {
        string folder = Path.GetDirectoryName(Directory.GetFiles(app.PathOf("bin"), "App.dll", SearchOption.AllDirectories).Single())!;
        bool isThere = File.Exists(Path.Combine(folder, Assembly + ".dll"));
        Assert.AreEqual(isThere, File.ReadAllText(Path.Combine(folder, "App.deps.json")).Contains(Assembly + ".dll", StringComparison.Ordinal));
        return isThere;
    }
}
