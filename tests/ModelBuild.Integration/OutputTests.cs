using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ModelBuild.Integration.Harness;

namespace ModelBuild.Integration;

/// <summary>Where results go, and how applications are published.</summary>
[TestClass]
public sealed class OutputTests
{
    [TestMethod]
    public async Task Publish_and_single_file()
    {
        TestProject app = TestProject.CreateApp(outputs: TestModels.Large);
        (await app.RunAsync("publish", "-o", "published", "--self-contained", "false")).Succeeded();
        Assert.IsTrue(File.Exists(app.PathOf("published/models/Net.mbw")));
        Assert.Contains("y=20", (await app.RunAsync("exec", "published/App.dll")).Succeeded().Output);

        (await app.RunAsync("publish", "-o", "single", "--self-contained", "false", "-p:PublishSingleFile=true")).Succeeded();
        Assert.IsFalse(File.Exists(app.PathOf("single/App.dll")));
        Assert.IsTrue(File.Exists(app.PathOf("single/models/Net.mbw")));
        Assert.Contains("y=20", (await RunProgramAsync(app, "single/App")).Succeeded().Output);
    }

    [TestMethod]
    public async Task PublishAot_without_warnings()
    {
        if (OperatingSystem.IsLinux() && !File.Exists("/usr/bin/clang") && !File.Exists("/usr/bin/gcc"))
        {
            Assert.Inconclusive("No linker is installed.");
        }

        TestProject app = TestProject.CreateApp(outputs: TestModels.Large, properties: "<PublishAot>true</PublishAot>");
        await PublishNativeAsync(app, "aot");
        Assert.IsTrue(File.Exists(app.PathOf("aot/models/Net.mbw")));
        Assert.Contains("y=20", (await RunProgramAsync(app, "aot/App")).Succeeded().Output);
    }

    [TestMethod]
    public async Task PublishTrimmed_without_warnings()
    {
        TestProject app = TestProject.CreateApp(properties: "<PublishTrimmed>true</PublishTrimmed>");
        await PublishNativeAsync(app, "trimmed");
        Assert.Contains("y=20", (await RunProgramAsync(app, "trimmed/App")).Succeeded().Output);
    }

    [TestMethod]
    public async Task Output_folder_and_artifacts_folder()
    {
        TestProject app = TestProject.CreateApp(outputs: TestModels.Large);
        (await app.BuildAsync("-o", "elsewhere")).Succeeded();
        Assert.IsTrue(File.Exists(app.PathOf("elsewhere/models/Net.mbw")));
        Assert.Contains("y=20", (await app.RunAsync("exec", "elsewhere/App.dll")).Succeeded().Output);

        Directory.Delete(app.PathOf("obj"), recursive: true);
        app.Write("Directory.Build.props", "<Project><PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup></Project>");
        (await app.BuildAsync()).Succeeded();
        string program = Directory.GetFiles(app.PathOf("artifacts/bin"), "App.dll", SearchOption.AllDirectories).Single();
        Assert.IsTrue(File.Exists(Path.Combine(Path.GetDirectoryName(program)!, "models/Net.mbw")));
        Assert.Contains("y=20", (await app.RunAsync("exec", program)).Succeeded().Output);
    }

    [TestMethod]
    public async Task Continuous_integration_builds_from_two_folders_give_the_same_bytes()
    {
        string[] hashes = new string[2];
        for (int i = 0; i < 2; i++)
        {
            TestProject app = TestProject.Create($"Same_bytes_{i}{new string('x', i)}");
            app.WriteApp("App.csproj", """<ModelAsset Include="net.onnx" Quantize="int8" />""");
            TestModels.Linear(app.PathOf("net.onnx"), 2, TestModels.Large);
            app.Write("Program.cs", TestProject.PrintNet);
            // A cache of its own: the second one shall compute, not copy.
            app.Environment["MODELBUILD_CACHE"] = app.PathOf("cache");
            (await app.BuildAsync("-p:ContinuousIntegrationBuild=true", "-p:DeterministicSourcePaths=true", $"-p:PathMap={app.Folder}=/_/")).Succeeded();
            string output = app.PathOf(Path.Combine("bin/Debug/net10.0", RuntimeInformation.RuntimeIdentifier));
            string[] files = [Path.Combine(output, "App.dll"), .. Directory.GetFiles(Path.Combine(output, "models")).Order(StringComparer.Ordinal),
                app.BuildFile("Net.mbsig"), app.BuildFile("Net.mbplan"), app.BuildFile("Net.report.json")];
            hashes[i] = string.Join('\n', files.Select(file => Path.GetFileName(file) + " " + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))));
        }

        Assert.AreEqual(hashes[0], hashes[1]);
    }

    [TestMethod]
    public async Task Spaces_and_letters_of_other_alphabets_in_paths()
    {
        TestProject app = TestProject.Create("Größe & Maß 模型 (1)");
        app.WriteApp("App.csproj", """<ModelAsset Include="Modelle für ünit/Wörter net-2.onnx" Class="Net" />""");
        TestModels.Linear(app.PathOf("Modelle für ünit/Wörter net-2.onnx"), 2, TestModels.Large);
        app.Write("Program.cs", TestProject.PrintNet);
        (await app.BuildAsync()).Succeeded();
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task A_model_without_a_class_is_converted_all_the_same()
    {
        TestProject app = TestProject.CreateApp("""<ModelAsset Include="net.onnx" GenerateClass="false" />""", outputs: TestModels.Large);
        app.Write("Program.cs", "System.Console.WriteLine();");
        Outcome built = (await app.BuildAsync()).Succeeded();
        Assert.IsTrue(built.RanTool("build") && !built.RanTool("describe"), built.Shown);
        Assert.IsTrue(File.Exists(app.PathOf(Path.Combine("bin/Debug/net10.0", RuntimeInformation.RuntimeIdentifier, "models/Net.mbw"))));
        Assert.IsFalse((await app.BuildAsync("--no-restore")).Succeeded().RanTool("build"));
    }

    private static async Task PublishNativeAsync(TestProject app, string output)
    {
        // The compiler and the trimmer are packages of the SDK's own, which come from the network unless they are here already.
        Outcome restored = await app.RunAsync("restore", "-p:RestoreAdditionalProjectSources=" + await ConfiguredSourcesAsync());
        if (restored.ExitCode != 0 && restored.Output.Contains("NU1301", StringComparison.Ordinal))
        {
            Assert.Inconclusive("The SDK's packages for publishing can't be reached.");
        }

        restored.Succeeded();
        Outcome published = (await app.RunAsync("publish", "--no-restore", "-o", output)).Succeeded();
        Assert.DoesNotContain(": warning ", published.Output);
    }

    /// <summary>What the user's own NuGet configuration names: the test project's configuration has only the packed packages.</summary>
    private static async Task<string> ConfiguredSourcesAsync()
    {
        Outcome listed = (await DotNet.RunAsync(Repository.Root, new Dictionary<string, string>(), "nuget", "list", "source", "--format", "short")).Succeeded();
        return string.Join("%3B", listed.Output.Split('\n').Where(l => l.StartsWith("E ", StringComparison.Ordinal)).Select(l => l[2..].Trim()));
    }

    private static Task<Outcome> RunProgramAsync(TestProject app, string path) =>
        DotNet.RunProgramAsync(app.PathOf(OperatingSystem.IsWindows() ? path + ".exe" : path), app.Folder, app.Environment);
}
