using System.Diagnostics;
using System.Reflection;

namespace ModelBuild.Kernels.Tests;

/// <summary>
/// Runs the tests of the category <see cref="Category"/> again in processes of their own where the runtime hides instructions, so that kernels choose another leg.
/// A test takes part by <c>[TestCategory(InstructionSetTests.Category)]</c>.
/// </summary>
[TestClass]
[DoNotParallelize]
public sealed class InstructionSetTests
{
    public const string Category = "EveryInstructionSet";

    private const string ChildVariable = "MODELBUILD_INSTRUCTION_SET_CHILD";

    [TestMethod]
    [DataRow("EnableAVX512")]
    [DataRow("EnableAVX2")]
    [DataRow("EnableHWIntrinsic")]
    public async Task Tests_pass_without(string feature)
    {
        if (Environment.GetEnvironmentVariable(ChildVariable) != null)
        {
            Assert.Inconclusive("Runs in the parent process only.");
        }

        string host = Environment.ProcessPath!;
        string assembly = Assembly.GetExecutingAssembly().Location;
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
        {
            start.ArgumentList.Add(assembly);
        }

        start.ArgumentList.Add("--filter");
        start.ArgumentList.Add($"TestCategory={Category}");
        start.ArgumentList.Add("--progress");
        start.ArgumentList.Add("off");
        start.ArgumentList.Add("--results-directory");
        start.ArgumentList.Add(Path.Combine(Path.GetTempPath(), $"modelbuild-{feature}-{Environment.ProcessId}"));
        start.Environment[$"DOTNET_{feature}"] = "0";
        start.Environment[ChildVariable] = feature;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, $"{feature}=0:\n{output}\n{await errors}");
    }
}
