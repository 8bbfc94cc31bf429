using System.Reflection;

namespace ModelBuild.Integration.Harness;

/// <summary>Facts of the build that made this assembly.</summary>
internal static class Repository
{
    /// <summary>Full path of the repository.</summary>
    public static string Root { get; } = Read("RepositoryRoot");

    /// <summary><c>Debug</c> or <c>Release</c>.</summary>
    public static string Configuration { get; } = Read("Configuration");

    /// <summary>Packages that the repository itself uses.</summary>
    public static string PackageFolder { get; } = Read("NuGetPackageRoot");

    /// <summary>ONNX Runtime of the tool.</summary>
    public static string ToolOnnxRuntimeVersion { get; } = Read("ToolOnnxRuntimeVersion");

    /// <summary>Oldest ONNX Runtime that an application may use, and the one that it gets.</summary>
    public static string OldestOnnxRuntimeVersion { get; } = Read("OldestOnnxRuntimeVersion");

    /// <summary>System.Numerics.Tensors, which the runtime package brings.</summary>
    public static string TensorsVersion { get; } = Read("TensorsVersion");

    private static string Read(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
