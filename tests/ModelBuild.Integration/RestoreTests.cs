using System.Runtime.InteropServices;
using ModelBuild.Integration.Harness;

namespace ModelBuild.Integration;

/// <summary>Ways in which people get their packages.</summary>
[TestClass]
public sealed class RestoreTests
{
    [TestMethod]
    public async Task One_package_reference_and_a_model_are_enough()
    {
        // Nothing else in the project file: not even a runtime identifier.
        TestProject app = TestProject.Create();
        app.Write("App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
              </PropertyGroup>
              <ItemGroup>
                {TestProject.Reference}
                <ModelAsset Include="net.onnx" />
              </ItemGroup>
            </Project>
            """);
        TestModels.Linear(app.PathOf("net.onnx"), 2);
        app.Write("Program.cs", TestProject.PrintNet);
        (await app.BuildAsync()).Succeeded();
        Assert.Contains("y=20", (await app.RunAsync("exec", "bin/Debug/net10.0/App.dll")).Succeeded().Output);

        // ONNX Runtime is the application's own, once; the tool's copy stays away.
        string[] natives = [.. Directory.GetFiles(app.PathOf("bin"), "*onnxruntime.*", SearchOption.AllDirectories).Where(f => f.Contains(RuntimeInformation.RuntimeIdentifier, StringComparison.Ordinal))];
        Assert.HasCount(1, natives, string.Join('\n', natives));
        Assert.IsEmpty(Directory.GetFiles(app.PathOf("bin"), "ModelBuild.T*", SearchOption.AllDirectories));
        Assert.Contains($"Microsoft.ML.OnnxRuntime/{Repository.OldestOnnxRuntimeVersion}", await File.ReadAllTextAsync(app.PathOf("obj/project.assets.json")));
    }

    [TestMethod]
    public async Task The_applications_own_OnnxRuntime_may_be_newer()
    {
        // The oldest one, which is below the tool's, is what every other test uses.
        Assert.AreNotEqual(Repository.OldestOnnxRuntimeVersion, Repository.ToolOnnxRuntimeVersion);
        TestProject app = TestProject.CreateApp(items: $"""<PackageReference Include="Microsoft.ML.OnnxRuntime" Version="{Repository.ToolOnnxRuntimeVersion}" />""");
        (await app.BuildAsync()).Succeeded();
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task Central_package_management_with_transitive_pinning()
    {
        TestProject app = TestProject.CreateApp();
        app.Replace("App.csproj", TestProject.Reference, """<PackageReference Include="ModelBuild.OnnxRuntime" />""");
        app.Write("Directory.Packages.props", $"""
            <Project>
              <PropertyGroup>
                <ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally>
                <CentralPackageTransitivePinningEnabled>true</CentralPackageTransitivePinningEnabled>
              </PropertyGroup>
              <ItemGroup>
                <PackageVersion Include="ModelBuild.OnnxRuntime" Version="{Workspace.Version}" />
                <PackageVersion Include="ModelBuild" Version="{Workspace.Version}" />
                <PackageVersion Include="ModelBuild.Runtime" Version="{Workspace.Version}" />
                <PackageVersion Include="Microsoft.ML.OnnxRuntime" Version="{Repository.ToolOnnxRuntimeVersion}" />
              </ItemGroup>
            </Project>
            """);
        (await app.BuildAsync()).Succeeded();
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task Locked_mode()
    {
        TestProject app = TestProject.CreateApp(properties: "<RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>");
        (await app.RunAsync("restore")).Succeeded();
        Assert.Contains("ModelBuild.Tool.Native", await File.ReadAllTextAsync(app.PathOf("packages.lock.json")));
        Directory.Delete(app.PathOf("obj"), recursive: true);
        (await app.RunAsync("restore", "--locked-mode")).Succeeded();
        (await app.BuildAsync("--no-restore")).Succeeded();
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task Packages_in_a_folder_of_the_project()
    {
        TestProject app = TestProject.CreateApp(properties: "<RestorePackagesPath>my packages</RestorePackagesPath>");
        app.Environment.Remove("NUGET_PACKAGES");
        (await app.BuildAsync()).Succeeded();
        Assert.IsTrue(Directory.Exists(app.PathOf($"my packages/modelbuild.tool.native/{Workspace.Version}")));
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task Packages_in_a_fallback_folder_without_any_source()
    {
        TestProject app = TestProject.CreateApp();
        TestProject first = TestProject.CreateApp(name: "Fills_the_folder");
        (await first.RunAsync("restore")).Succeeded();
        app.Environment["NUGET_PACKAGES"] = app.PathOf("empty");
        app.Write("nuget.config", $"""
            <configuration>
              <packageSources><clear /></packageSources>
              <fallbackPackageFolders><clear /><add key="a" value="{Workspace.Packages}" /><add key="b" value="{Repository.PackageFolder}" /></fallbackPackageFolders>
            </configuration>
            """);
        (await app.BuildAsync()).Succeeded();
        Assert.IsFalse(Directory.Exists(app.PathOf("empty/modelbuild")));
        Assert.Contains("y=20", (await app.StartAsync()).Succeeded().Output);
    }

    [TestMethod]
    public async Task The_tool_package()
    {
        await Workspace.PackAsync("ModelBuild.Tool");
        TestProject folder = TestProject.Create();
        (await folder.RunAsync("tool", "install", "ModelBuild.Tool", "--version", Workspace.Version, "--tool-path", "tools")).Succeeded();
        TestModels.Linear(folder.PathOf("net.onnx"), 2);
        Outcome inspected = (await DotNet.RunProgramAsync(folder.PathOf(OperatingSystem.IsWindows() ? "tools/modelbuild.exe" : "tools/modelbuild"), folder.Folder, folder.Environment, "inspect", "net.onnx", "--json")).Succeeded();
        Assert.Contains("MatMul", inspected.Output);
    }
}
