using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using ModelBuild.Kernels.Assembler.Detection;
using ModelBuild.Kernels.Assembler.Emission;

namespace ModelBuild.Kernels.Assembler.Tests;

/// <summary>A real program, published with NativeAOT for its default target: what is installed, whether it gives the right bits, and whether it pays.</summary>
[TestClass]
public sealed class NativeProgramTests
{
    private static readonly string s_folder = Path.Combine(Path.GetTempPath(), "modelbuild-native-" + Guid.NewGuid().ToString("N")[..8]);
    private static string? s_program;

    [ClassInitialize]
    public static void Publish(TestContext context)
    {
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Linux) || !Tools("clang").Concat(Tools("gcc")).Any())
        {
            return;
        }

        string project = Path.Combine(Root, "tests", "ModelBuild.Kernels.NativeCheck");
        (int code, string output) = Run("dotnet", [], "publish", project, "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-o", s_folder, "-v", "q", "-nodeReuse:false");
        Assert.AreEqual(0, code, output);
        Assert.DoesNotContain("warning", output, "Trimming or NativeAOT warns.");
        s_program = Path.Combine(s_folder, "ModelBuild.Kernels.NativeCheck");
    }

    [ClassCleanup]
    public static void Clean()
    {
        if (Directory.Exists(s_folder))
        {
            Directory.Delete(s_folder, recursive: true);
        }
    }

    [TestMethod]
    public void Machine_code_gives_the_bits_of_the_reference_and_is_faster()
    {
        ILookup<string, string[]> lines = Read([]);
        Assert.AreEqual("True", lines["native"].Single()[1]);
        if (Processor.Find(out _) == InstructionSet.None)
        {
            Assert.AreEqual("NotSupported", lines["state"].Single()[1]);
            return;
        }

        Assert.AreEqual("Installed", lines["state"].Single()[1]);
        Assert.AreEqual(Processor.Find(out _).Name, lines["set"].Single()[1]);
        Assert.IsGreaterThan(8, lines["same"].Count());
        foreach (string[] line in lines["same"])
        {
            Assert.AreEqual("True", line[2], line[1]);
        }

        // Vectors of twice the width and fused instructions: several times where the work is arithmetic.
        foreach (string name in new[] { "gemm", "conv", "pointwise", "planar", "Gelu" })
        {
            double times = double.Parse(lines["times"].Single(line => line[1] == name)[2], CultureInfo.InvariantCulture);
            Assert.IsGreaterThan(1.3, times, name);
        }
    }

    [TestMethod]
    public void The_environment_turns_it_off()
    {
        ILookup<string, string[]> lines = Read(new() { [EmittedKernels.VariableName] = "0" });
        Assert.AreEqual("TurnedOff", lines["state"].Single()[1]);
        Assert.IsEmpty(lines["times"]);
    }

    private static string Root => typeof(NativeProgramTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    private static ILookup<string, string[]> Read(Dictionary<string, string> environment)
    {
        if (s_program is null)
        {
            Assert.Inconclusive("No linker here.");
        }

        (int code, string output) = Run(s_program, environment);
        Assert.AreEqual(0, code, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToLookup(words => words[0]);
    }

    private static IEnumerable<string> Tools(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).Where(File.Exists);

    private static (int Code, string Output) Run(string program, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || n.StartsWith("MODELBUILD", StringComparison.OrdinalIgnoreCase) || n.StartsWith("TESTINGPLATFORM", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
