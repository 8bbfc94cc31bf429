using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelBuild.Tasks.Tests;

/// <summary>Starts real processes: assemblies that are there anyway stand in for a tool that fails in a certain way.</summary>
[TestClass]
public sealed class RunModelToolTests
{
    private readonly RecordingEngine _engine = new();
    private string _folder = "";

    [TestInitialize]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("modelbuild-tasks").FullName;

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void A_missing_tool_is_MB0012()
    {
        Assert.IsFalse(Task(Path.Combine(_folder, "none.dll")).Execute());
        Assert.AreEqual("MB0012", _engine.Errors.Single().Code);
    }

    [TestMethod]
    public void A_tool_that_cannot_start_is_one_error_without_a_stack_trace()
    {
        // "dotnet exec" refuses a file that is no assembly.
        string broken = Path.Combine(_folder, "ModelBuild.Tool.dll");
        File.WriteAllText(broken, "not an assembly");
        Assert.IsFalse(Task(broken).Execute());
        BuildErrorEventArgs error = _engine.Errors.Single();
        Assert.IsTrue(error.Code is "MB0012" or "MB9001", error.Code);
        Assert.Contains("dotnet exec", error.Message!);
        Assert.DoesNotContain("   at ", error.Message!);
    }

    [TestMethod]
    public void Arguments_of_several_assets_have_one_header()
    {
        const string header = "cache=/c\nproject=/p\n";
        Assert.AreEqual(header + "[asset]\nclass=A\n[asset]\nclass=B\n", ArgumentsFile.Merge([header + "[asset]\nclass=A\n", header + "[asset]\nclass=B\n"]));
        Assert.AreEqual("[asset]\nclass=A\n[asset]\nclass=B\n", ArgumentsFile.Merge(["[asset]\nclass=A\n", "[asset]\nclass=B\n"]));
    }

    private RunModelTool Task(string tool)
    {
        string arguments = Path.Combine(_folder, "Net.args");
        File.WriteAllText(arguments, "project=x\n[asset]\nclass=Net\n");
        var item = new TaskItem("net.onnx");
        item.SetMetadata("Arguments", arguments);
        item.SetMetadata("Class", "Net");
        item.SetMetadata("SignatureStamp", Path.Combine(_folder, "Net.mbsig.stamp"));
        return new RunModelTool
        {
            BuildEngine = _engine,
            Verb = "describe",
            StampMetadata = "SignatureStamp",
            ToolAssembly = tool,
            Assets = [item],
            ArgumentsFile = Path.Combine(_folder, "describe.rsp"),
            ProjectFile = Path.Combine(_folder, "App.csproj"),
            DotNetHost = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "",
        };
    }
}
