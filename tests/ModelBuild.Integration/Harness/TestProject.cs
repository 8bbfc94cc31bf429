using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelBuild.Integration.Harness;

/// <summary>A folder with projects that use the packages.</summary>
internal sealed class TestProject
{
    /// <summary>Program that prints the first output of the class <c>Net</c> for 1, 2, 3, 4.</summary>
    public const string PrintNet = """
        using App;
        using var net = new Net();
        System.Console.WriteLine("y=" + net.Run([1, 2, 3, 4])[0].ToString(System.Globalization.CultureInfo.InvariantCulture));
        """;

    private TestProject(string folder) => Folder = folder;

    /// <summary>Full path.</summary>
    public string Folder { get; }

    /// <summary>Variables of every command here.</summary>
    public Dictionary<string, string> Environment { get; } = new(Workspace.Environment);

    /// <summary>An empty folder, named after the test.</summary>
    public static TestProject Create([CallerMemberName] string name = "") => new(Workspace.NewFolder(name));

    /// <summary>A folder with one console project <c>App</c>, the model <c>net.onnx</c> (weights 2, so it prints 20), and a program that prints its output.</summary>
    public static TestProject CreateApp(string asset = """<ModelAsset Include="net.onnx" />""", int outputs = 4, string properties = "", string items = "", [CallerMemberName] string name = "")
    {
        TestProject project = Create(name);
        project.WriteApp("App.csproj", asset, properties, items);
        TestModels.Linear(project.PathOf("net.onnx"), 2, outputs);
        project.Write("Program.cs", PrintNet);
        return project;
    }

    /// <summary>Writes the project file of a console program.</summary>
    public void WriteApp(string path, string asset, string properties = "", string items = "") =>
        WriteProject(path, "net10.0", asset, "<OutputType>Exe</OutputType>" + properties, items + Reference);

    /// <summary>The one package reference that a user writes.</summary>
    public static string Reference => $"""<PackageReference Include="ModelBuild.OnnxRuntime" Version="{Workspace.Version}" />""";

    /// <summary>Writes a project file.</summary>
    public void WriteProject(string path, string framework, string asset, string properties = "", string items = "")
    {
        string frameworks = framework.Contains(';', StringComparison.Ordinal) ? "TargetFrameworks" : "TargetFramework";
        // The runtime identifier keeps native libraries of other systems out of the output: 240 MB a project.
        Write(path, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <{frameworks}>{framework}</{frameworks}>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
                <SelfContained Condition="'$(_IsPublishing)' != 'true'">false</SelfContained>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {asset}
                {items}
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>Full path of a file here.</summary>
    public string PathOf(string path) => Path.Combine(Folder, path);

    /// <summary>Writes a text file.</summary>
    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text);
    }

    /// <summary>Replaces a part of a text file.</summary>
    public void Replace(string path, string old, string replacement)
    {
        string text = File.ReadAllText(PathOf(path));
        Assert.Contains(old, text);
        File.WriteAllText(PathOf(path), text.Replace(old, replacement, StringComparison.Ordinal));
    }

    /// <summary>Runs <c>dotnet</c> here.</summary>
    public Task<Outcome> RunAsync(params string[] arguments) => DotNet.RunAsync(Folder, Environment, arguments);

    /// <summary>Builds here, at the verbosity that shows which tools ran.</summary>
    public Task<Outcome> BuildAsync(params string[] arguments) => RunAsync(["build", "-v:n", "-tl:off", .. arguments]);

    /// <summary>Starts the built program of a project in this folder.</summary>
    public Task<Outcome> StartAsync(string output = "bin/Debug/net10.0", string name = "App") =>
        RunAsync("exec", Path.Combine(PathOf(output.StartsWith("bin/", StringComparison.Ordinal) && !output.EndsWith(RuntimeInformation.RuntimeIdentifier, StringComparison.Ordinal) ? output + "/" + RuntimeInformation.RuntimeIdentifier : output), name + ".dll"));

    /// <summary>A file of the build, such as <c>Net.stamp</c>.</summary>
    public string BuildFile(string name, string folder = "") => PathOf(Path.Combine(folder, "obj/Debug/net10.0", RuntimeInformation.RuntimeIdentifier, "modelbuild", name));

    /// <summary>When the project was last compiled.</summary>
    public DateTime CompileTime(string name = "App") => File.GetLastWriteTimeUtc(PathOf(Path.Combine("obj/Debug/net10.0", RuntimeInformation.RuntimeIdentifier, name + ".dll")));
}
