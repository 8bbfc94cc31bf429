using System.IO.Compression;
using System.Runtime.InteropServices;
using ModelBuild.Integration.Harness;

namespace ModelBuild.Integration;

/// <summary>Models in libraries: referenced as projects, built for several frameworks, packed.</summary>
[TestClass]
public sealed class LibraryTests
{
    private const string PublicNet = "namespace Lib;\npublic static class Api { public static float First() { using var net = new Net(); return net.Run([1, 2, 3, 4])[0]; } }\n";

    [TestMethod]
    public async Task A_referenced_project_brings_its_model_to_the_application()
    {
        TestProject solution = CreateSolution();
        foreach (string option in new[] { "-m", "-graph" })
        {
            foreach (string folder in Directory.GetDirectories(solution.Folder, "obj", SearchOption.AllDirectories).Concat(Directory.GetDirectories(solution.Folder, "bin", SearchOption.AllDirectories)))
            {
                Directory.Delete(folder, recursive: true);
            }

            Outcome built = (await solution.BuildAsync("All.slnx", option)).Succeeded();
            Assert.IsTrue(built.RanTool("build"), built.Shown);
            string models = Path.Combine("App/bin/Debug/net10.0", RuntimeInformation.RuntimeIdentifier, "models");
            Assert.IsTrue(File.Exists(solution.PathOf(Path.Combine(models, "Net.mbw"))), built.Shown);
            Assert.IsTrue(File.Exists(solution.PathOf(Path.Combine(models, "Own.mbw"))), built.Shown);
            Assert.Contains("20 30", (await solution.RunAsync("exec", Path.Combine("App/bin/Debug/net10.0", RuntimeInformation.RuntimeIdentifier, "App.dll"))).Succeeded().Output);
        }
    }

    [TestMethod]
    public async Task A_library_for_several_frameworks_has_conditional_models()
    {
        TestProject library = TestProject.Create();
        library.WriteProject("Lib.csproj", "net10.0;netstandard2.0",
            """<ModelAsset Include="net.onnx" Condition="$([MSBuild]::IsTargetFrameworkCompatible('$(TargetFramework)', 'net10.0'))" />""",
            "<UseCurrentRuntimeIdentifier>false</UseCurrentRuntimeIdentifier><LangVersion>latest</LangVersion><ImplicitUsings>disable</ImplicitUsings>", TestProject.Reference);
        TestModels.Linear(library.PathOf("net.onnx"), 2);
        library.Write("Api.cs", "#if NET10_0_OR_GREATER\n" + PublicNet + "#endif\n");
        Outcome built = (await library.BuildAsync()).Succeeded();
        Assert.IsTrue(built.RanTool("build"), built.Shown);
        Assert.IsTrue(File.Exists(library.PathOf("bin/Debug/netstandard2.0/Lib.dll")));
        Assert.IsTrue(File.Exists(library.PathOf("bin/Debug/net10.0/Lib.dll")));
    }

    [TestMethod]
    public async Task An_application_two_packages_away_finds_the_weights()
    {
        TestProject all = TestProject.Create();
        all.WriteProject("Lib/Lib.csproj", "net10.0", """<ModelAsset Include="net.onnx" />""", $"<UseCurrentRuntimeIdentifier>false</UseCurrentRuntimeIdentifier><Version>{Workspace.Version}</Version>",
            TestProject.Reference + """<None Include="Lib.targets" Pack="true" PackagePath="build/;buildTransitive/" />""");
        TestModels.Linear(all.PathOf("Lib/net.onnx"), 2, TestModels.Large);
        all.Write("Lib/Api.cs", PublicNet);
        // The author's own file must still work.
        all.Write("Lib/Lib.targets", """<Project><Target Name="AuthorsTarget" AfterTargets="Build"><Message Importance="high" Text="the author's target ran" /></Target></Project>""");
        (await all.RunAsync("pack", "Lib", "-o", "feed")).Succeeded();
        using (ZipArchive package = ZipFile.OpenRead(Directory.GetFiles(all.PathOf("feed")).Single()))
        {
            Assert.IsNotNull(package.GetEntry("buildTransitive/net10.0/Lib.targets"));
            Assert.IsNotNull(package.GetEntry("modelbuild/net10.0/models/Net.mbw"));
            Assert.IsNull(package.GetEntry("content/net.onnx"));
        }

        all.WriteProject("Middle/Middle.csproj", "net10.0", "", $"<UseCurrentRuntimeIdentifier>false</UseCurrentRuntimeIdentifier><Version>{Workspace.Version}</Version><RestoreAdditionalProjectSources>{all.PathOf("feed")}</RestoreAdditionalProjectSources>",
            $"""<PackageReference Include="Lib" Version="{Workspace.Version}" />""");
        all.Write("Middle/Middle.cs", "namespace Middle;\npublic static class Api { public static float First() => Lib.Api.First(); }\n");
        (await all.RunAsync("pack", "Middle", "-o", "feed")).Succeeded();

        all.WriteProject("App/App.csproj", "net10.0", "", $"<OutputType>Exe</OutputType><RestoreAdditionalProjectSources>{all.PathOf("feed")}</RestoreAdditionalProjectSources>",
            $"""<PackageReference Include="Middle" Version="{Workspace.Version}" />""");
        all.Write("App/Program.cs", "System.Console.WriteLine(\"y=\" + (int)Middle.Api.First());");
        Outcome built = (await all.BuildAsync("App")).Succeeded();
        Assert.Contains("the author's target ran", built.Output);
        string output = Path.Combine("App/bin/Debug/net10.0", RuntimeInformation.RuntimeIdentifier);
        Assert.IsTrue(File.Exists(all.PathOf(Path.Combine(output, "models/Net.mbw"))));
        Assert.Contains("y=20", (await all.RunAsync("exec", Path.Combine(output, "App.dll"))).Succeeded().Output);
    }

    [TestMethod]
    public async Task Two_projects_share_one_cache_at_once()
    {
        TestProject both = TestProject.Create();
        both.Environment["MODELBUILD_CACHE"] = both.PathOf("cache");
        foreach (string name in new[] { "A", "B" })
        {
            both.WriteApp($"{name}/App.csproj", """<ModelAsset Include="../net.onnx" Quantize="int8" />""");
            both.Write($"{name}/Program.cs", TestProject.PrintNet);
        }

        TestModels.Linear(both.PathOf("net.onnx"), 2, TestModels.Large);
        Outcome[] built = await Task.WhenAll(both.BuildAsync("A"), both.BuildAsync("B"));
        foreach (Outcome outcome in built)
        {
            outcome.Succeeded();
        }

        byte[][] weights = [.. new[] { "A", "B" }.Select(name => File.ReadAllBytes(both.BuildFile("models/Net.onnx", name)))];
        Assert.AreSequenceEqual(weights[0], weights[1]);
        // The weights use the whole range of int8, which some processors get wrong unless they are told not to.
        string printed = (await both.RunAsync("exec", Path.Combine("A/bin/Debug/net10.0", RuntimeInformation.RuntimeIdentifier, "App.dll"))).Succeeded().Output;
        Assert.AreEqual(20, double.Parse(printed.Split("y=")[1], System.Globalization.CultureInfo.InvariantCulture), 0.3);
        Assert.IsEmpty(Directory.GetFiles(both.PathOf("cache"), "*.tmp", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task Two_models_of_one_name_do_not_overwrite_each_other()
    {
        TestProject solution = CreateSolution();
        solution.Replace("App/App.csproj", "<ModelAsset Include=\"own.onnx\" />", "<ModelAsset Include=\"own.onnx\" Class=\"Net\" />");
        solution.Write("App/Program.cs", "System.Console.WriteLine();");
        (await solution.BuildAsync("App")).FailedWith("MB0014");
    }

    private static TestProject CreateSolution([System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        TestProject solution = TestProject.Create(name);
        solution.WriteProject("Lib/Lib.csproj", "net10.0", """<ModelAsset Include="net.onnx" />""", "<UseCurrentRuntimeIdentifier>false</UseCurrentRuntimeIdentifier>", TestProject.Reference);
        TestModels.Linear(solution.PathOf("Lib/net.onnx"), 2, TestModels.Large);
        solution.Write("Lib/Api.cs", PublicNet);
        solution.WriteApp("App/App.csproj", """<ModelAsset Include="own.onnx" />""", items: """<ProjectReference Include="../Lib/Lib.csproj" />""");
        TestModels.Linear(solution.PathOf("App/own.onnx"), 3, TestModels.Large);
        solution.Write("App/Program.cs", "using var own = new App.Own();\nSystem.Console.WriteLine((int)Lib.Api.First() + \" \" + (int)own.Run([1, 2, 3, 4])[0]);");
        solution.Write("All.slnx", """<Solution><Project Path="App/App.csproj" /><Project Path="Lib/Lib.csproj" /></Solution>""");
        return solution;
    }
}
