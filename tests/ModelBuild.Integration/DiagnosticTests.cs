using ModelBuild.Integration.Harness;

namespace ModelBuild.Integration;

/// <summary>Mistakes in projects and models: each is one coded error, and no old result is lost.</summary>
[TestClass]
public sealed class DiagnosticTests
{
    [TestMethod]
    [DataRow("MB0001", """<ModelAsset Include="missing.onnx" />""")]
    [DataRow("MB0002", """<ModelAsset Include="net.onnx" /><ModelAsset Include="other/net.onnx" />""")]
    [DataRow("MB0003", """<ModelAsset Include="net.onnx" Quantize="int9" />""")]
    [DataRow("MB0004", """<ModelAsset Include="net.onnx" Class="1st" />""")]
    [DataRow("MB0010", """<ModelAsset Include="net.onnx" Rename="nothing=something" />""")]
    [DataRow("MB0011", """<ModelAsset Include="net.onnx" Calibration="missing.npz" />""")]
    [DataRow("MB0013", """<ModelAsset Include="net.onnx" Quantise="int8" />""")]
    [DataRow("MB1001", """<ModelAsset Include="garbage.onnx" />""")]
    [DataRow("MB1003", """<ModelAsset Include="empty.onnx" />""")]
    [DataRow("MB1004", """<ModelAsset Include="truncated.onnx" />""")]
    public async Task A_mistake_in_an_item(string code, string asset)
    {
        TestProject app = CreateApp(code);
        app.Replace("App.csproj", """<ModelAsset Include="net.onnx" />""", asset);
        TestModels.Linear(app.PathOf("other/net.onnx"), 2);
        app.Write("garbage.onnx", "This is a text and not a model at all, however long one looks at it.");
        app.Write("empty.onnx", "");
        byte[] model = await File.ReadAllBytesAsync(app.PathOf("net.onnx"));
        await File.WriteAllBytesAsync(app.PathOf("truncated.onnx"), model[..(model.Length / 2)]);
        Outcome built = (await app.BuildAsync()).FailedWith(code);
        Assert.IsTrue(File.Exists(Path.Combine(Repository.Root, "docs/diagnostics", code + ".md")), "The page that the error links to.");
        Assert.IsFalse(built.RanTool("build"), built.Shown);
    }

    [TestMethod]
    public async Task A_model_that_breaks_later_does_not_destroy_the_old_result()
    {
        TestProject app = TestProject.CreateApp(outputs: TestModels.Large);
        (await app.BuildAsync()).Succeeded();
        byte[] weights = await File.ReadAllBytesAsync(app.BuildFile("models/Net.mbw"));
        byte[] model = await File.ReadAllBytesAsync(app.PathOf("net.onnx"));
        await File.WriteAllBytesAsync(app.PathOf("net.onnx"), model[..1000]);
        (await app.BuildAsync("--no-restore")).FailedWith("MB1004");
        Assert.AreSequenceEqual(weights, await File.ReadAllBytesAsync(app.BuildFile("models/Net.mbw")));
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);

        // And the next good model is taken without anything else to do.
        TestModels.Linear(app.PathOf("net.onnx"), 3, TestModels.Large);
        (await app.BuildAsync("--no-restore")).Succeeded();
        Assert.Contains("y=30", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    [DataRow("fsproj", "net10.0", "Program.fs", "printfn \"x\"")]
    [DataRow("vbproj", "net10.0", "Program.vb", "Module M\nSub Main()\nEnd Sub\nEnd Module")]
    public async Task Another_language(string extension, string framework, string file, string text)
    {
        TestProject app = TestProject.Create("Another_language_" + extension);
        string compile = extension == "fsproj" ? $"""<Compile Include="{file}" />""" : "";
        app.WriteProject("App." + extension, framework, """<ModelAsset Include="net.onnx" />""", "<OutputType>Exe</OutputType>", compile + TestProject.Reference);
        TestModels.Linear(app.PathOf("net.onnx"), 2);
        app.Write(file, text);
        // F#'s own library is a package that comes with the SDK.
        (await app.BuildAsync()).FailedWith("MB0005");
    }

    [TestMethod]
    [DataRow("net48")]
    [DataRow("netstandard2.0")]
    public async Task An_unsupported_framework(string framework)
    {
        TestProject library = TestProject.Create("An_unsupported_framework_" + framework);
        library.WriteProject("Lib.csproj", framework, """<ModelAsset Include="net.onnx" />""",
            "<UseCurrentRuntimeIdentifier>false</UseCurrentRuntimeIdentifier><ImplicitUsings>disable</ImplicitUsings><LangVersion>latest</LangVersion><DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences><AutomaticallyUseReferenceAssemblyPackages>false</AutomaticallyUseReferenceAssemblyPackages>",
            TestProject.Reference);
        TestModels.Linear(library.PathOf("net.onnx"), 2);
        (await library.BuildAsync()).FailedWith("MB0006");
    }

    [TestMethod]
    public async Task An_old_SDK()
    {
        TestProject app = CreateApp("MB0007");
        // The number is all that the check reads, and a real old SDK can't be installed by a test.
        (await app.BuildAsync("-p:NETCoreSdkVersion=9.0.300")).FailedWith("MB0007");
    }

    [TestMethod]
    public async Task A_backend_whose_package_is_not_referenced()
    {
        TestProject app = TestProject.CreateApp("""<ModelAsset Include="net.onnx" Backend="OnnxRuntime" />""");
        app.Replace("App.csproj", "\"ModelBuild.OnnxRuntime\"", "\"ModelBuild\"");
        (await app.BuildAsync()).FailedWith("MB0008");
    }

    [TestMethod]
    public async Task A_model_in_a_project_that_has_the_package_from_another_project_only()
    {
        TestProject both = TestProject.Create();
        both.WriteProject("Lib/Lib.csproj", "net10.0", "", "<UseCurrentRuntimeIdentifier>false</UseCurrentRuntimeIdentifier>", TestProject.Reference);
        both.WriteApp("App/App.csproj", """<ModelAsset Include="net.onnx" />""", items: """<ProjectReference Include="../Lib/Lib.csproj" />""");
        both.Replace("App/App.csproj", TestProject.Reference, "");
        TestModels.Linear(both.PathOf("App/net.onnx"), 2);
        both.Write("App/Program.cs", "System.Console.WriteLine();");
        (await both.BuildAsync("App")).FailedWith("MB0008");
    }

    [TestMethod]
    public async Task A_folder_that_cannot_be_written()
    {
        TestProject app = CreateApp("MB0009");
        // A file where the folder should be: works for every user, an administrator included.
        app.Write("cache-file", "not a folder");
        (await app.BuildAsync($"-p:ModelBuildCacheDirectory={app.PathOf("cache-file/cache")}")).FailedWith("MB0009");
    }

    [TestMethod]
    public async Task A_tool_that_is_not_there()
    {
        TestProject app = CreateApp("MB0012");
        (await app.BuildAsync($"-p:ModelBuildToolAssembly={app.PathOf("nowhere/ModelBuild.Tool.dll")}")).FailedWith("MB0012");
    }

    [TestMethod]
    public async Task External_data_outside_the_models_folder()
    {
        TestProject app = CreateApp("MB1006");
        TestModels.Linear(app.PathOf("sub/net.onnx"), 2, externalData: true);
        string data = app.PathOf("sub/net.onnx.data");
        // The name in the model gets the same length and points one folder up.
        string name = Path.GetFileName(data);
        byte[] model = await File.ReadAllBytesAsync(app.PathOf("sub/net.onnx"));
        int at = model.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(name));
        Assert.IsGreaterThan(0, at);
        System.Text.Encoding.UTF8.GetBytes("../" + name[3..]).CopyTo(model, at);
        await File.WriteAllBytesAsync(app.PathOf("sub/net.onnx"), model);
        File.Copy(data, app.PathOf(name[3..]));
        app.Replace("App.csproj", "net.onnx", "sub/net.onnx");
        (await app.BuildAsync()).FailedWith("MB1006");
    }

    private static TestProject CreateApp(string code) => TestProject.CreateApp(name: "Mistake_" + code);
}
