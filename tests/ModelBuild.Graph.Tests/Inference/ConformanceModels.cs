using System.Formats.Tar;
using System.IO.Compression;

namespace ModelBuild.Graphs.Tests;

/// <summary>Folders of ONNX's conformance tests: a model with recorded inputs and outputs.</summary>
internal static class ConformanceModels
{
    private const string Debian = "/usr/share/libonnx-testdata/data";

    private static readonly Lazy<string?> s_unpacked = new(Unpack);

    /// <summary>The folder with corpus and suites.</summary>
    public static string Shared => SharedFolder.Root;

    /// <summary>Test folders of the suite in the shared folder; empty when it is not there.</summary>
    public static IReadOnlyList<string> FromShared => Folders(s_unpacked.Value);

    /// <summary>Test folders of Debian's package; empty when it is not installed.</summary>
    public static IReadOnlyList<string> FromDebian => Folders(Directory.Exists(Debian) ? Debian : null);

    public static void CleanUp()
    {
        if (s_unpacked.IsValueCreated && s_unpacked.Value is { } folder)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<string> Folders(string? root) =>
        root is null ? [] : [.. Directory.EnumerateFiles(root, "model.onnx", SearchOption.AllDirectories).Select(f => Path.GetDirectoryName(f)!).Order(StringComparer.Ordinal)];

    private static string? Unpack()
    {
        string suites = Path.Combine(Shared, "suites");
        if (!Directory.Exists(suites))
        {
            return null;
        }

        string folder = Directory.CreateTempSubdirectory("modelbuild-suites-").FullName;
        foreach (string archive in Directory.EnumerateFiles(suites, "*.tar.gz"))
        {
            using FileStream file = File.OpenRead(archive);
            using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            TarFile.ExtractToDirectory(unzipped, folder, overwriteFiles: true);
        }

        return folder;
    }
}
