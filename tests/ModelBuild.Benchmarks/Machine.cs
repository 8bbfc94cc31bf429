using System.Runtime.InteropServices;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Benchmarks;

/// <summary>What the numbers were measured on.</summary>
internal static class Machine
{
    public static void Describe()
    {
        string processor = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? ""
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "";
        string load = OperatingSystem.IsLinux() ? $", load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}" : "";
        Console.WriteLine($"{processor} ({RuntimeInformation.ProcessArchitecture}), {Environment.ProcessorCount} cores{load}; {RuntimeInformation.OSDescription.Trim()}; {RuntimeInformation.FrameworkDescription}; ONNX Runtime {OrtLibrary.Version}.");
        Console.WriteLine();
    }
}
