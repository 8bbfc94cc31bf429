using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Tool.Building;
using ModelBuild.Tool.Caching;

namespace ModelBuild.Tool.Doctor;

/// <summary>What builds need on this machine.</summary>
internal static class EnvironmentChecks
{
    private const string Topic = "environment";
    private const long LowSpace = 2_000_000_000;

    /// <summary>Runs the checks.</summary>
    public static IEnumerable<Finding> Run()
    {
        yield return new Finding(Topic, Verdict.Ok, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} processors{InstructionSets()}");
        yield return Sdk();
        yield return NativeLibrary();
        yield return Cache();
    }

    /// <summary>Whether 8-bit products are fast on this processor.</summary>
    public static bool HasFastInt8 => AvxVnni.IsSupported || Avx512BW.IsSupported || System.Runtime.Intrinsics.Arm.Dp.IsSupported;

    private static string InstructionSets()
    {
        string[] sets =
        [
            .. Avx2.IsSupported ? ["AVX2"] : Array.Empty<string>(),
            .. Avx512F.IsSupported ? ["AVX-512"] : Array.Empty<string>(),
            .. AvxVnni.IsSupported ? ["AVX-VNNI"] : Array.Empty<string>(),
            .. System.Runtime.Intrinsics.Arm.Dp.IsSupported ? ["DotProd"] : Array.Empty<string>(),
        ];
        return sets.Length == 0 ? "" : ", " + string.Join(", ", sets);
    }

    private static Finding Sdk()
    {
        string[] versions = Sdks();
        string[] usable = [.. versions.Where(v => Version.TryParse(v.Split('-')[0], out Version? version) && version.Major >= 10)];
        return usable.Length > 0
            ? new Finding(Topic, Verdict.Ok, $".NET SDK {usable[^1]}")
            : new Finding(Topic, Verdict.Problem, versions.Length == 0 ? "No .NET SDK is found." : $"The newest .NET SDK is {versions[^1]}.", "Install the .NET SDK 10.0.100 or newer from https://dot.net.");
    }

    private static string[] Sdks()
    {
        try
        {
            string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
            using Process? process = Process.Start(new ProcessStartInfo(host, "--list-sdks") { RedirectStandardOutput = true, RedirectStandardError = true });
            string output = process?.StandardOutput.ReadToEnd() ?? "";
            process?.WaitForExit();
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[0])];
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return [];
        }
    }

    private static Finding NativeLibrary()
    {
        try
        {
            OnnxRuntimeCheck.Locate(null);
            return new Finding(Topic, Verdict.Ok, $"ONNX Runtime {OrtLibrary.Version}: {string.Join(", ", OrtLibrary.AvailableProviders)}");
        }
        catch (OrtException e)
        {
            return new Finding(Topic, Verdict.Problem, e.Message, "Restore the package ModelBuild.Tool.Native, or set MODELBUILD_ORT_DIRECTORY to the folder with ONNX Runtime's native library.");
        }
    }

    private static Finding Cache()
    {
        var cache = new ModelCache(null);
        try
        {
            Directory.CreateDirectory(cache.Folder);
            string probe = Output.AtomicFile.TemporaryName(Path.Combine(cache.Folder, "doctor"));
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Finding(Topic, Verdict.Problem, $"The cache folder {cache.Folder} can't be written: {e.Message}", "Set MODELBUILD_CACHE or the property ModelBuildCacheDirectory to a folder that can be written (MB0009).");
        }

        long used = cache.List().Sum(e => e.Entry.Length);
        long free = new DriveInfo(cache.Folder).AvailableFreeSpace;
        string text = $"Cache {cache.Folder}: {ByteSize.Format(used)} used, {ByteSize.Format(free)} free on the disk";
        return free < LowSpace ? new Finding(Topic, Verdict.Hint, text, "Free some space, or run: modelbuild cache prune --limit 1GB") : new Finding(Topic, Verdict.Ok, text);
    }
}
