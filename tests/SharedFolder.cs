namespace ModelBuild.Tests;

/// <summary>The folder with real models and conformance suites, named by MODELBUILD_SHARED. Tests that need it are skipped where it is absent.</summary>
/// <remarks>Compiled into every test assembly.</remarks>
internal static class SharedFolder
{
    /// <summary>The folder, which may not exist.</summary>
    public static string Root { get; } = Path.GetFullPath(Environment.GetEnvironmentVariable("MODELBUILD_SHARED") is { Length: > 0 } named ? named : Path.Combine(RepositoryRoot(), "..", "shared"));

    private static readonly Lazy<string> s_suite = new(Unpack);

    /// <summary>A file or folder in it; skips the test when it is not there.</summary>
    public static string Find(string relative)
    {
        string path = Path.Combine(Root, relative);
        if (!Path.Exists(path))
        {
            Assert.Inconclusive($"Skipped: {path} is not there. Set MODELBUILD_SHARED to the folder that has it.");
        }

        return path;
    }

    /// <summary>The ONNX backend tests, unpacked for this run.</summary>
    public static string Suite() => s_suite.Value;

    /// <summary>The clone that the tests run in, or their own folder outside of one.</summary>
    public static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ModelBuild.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? AppContext.BaseDirectory;
    }

    private static string Unpack()
    {
        string archive = Find("suites/onnx-backend-tests-1.22.0.tar.gz");
        string folder = Directory.CreateTempSubdirectory("modelbuild-suite-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        using var stream = new System.IO.Compression.GZipStream(File.OpenRead(archive), System.IO.Compression.CompressionMode.Decompress);
        System.Formats.Tar.TarFile.ExtractToDirectory(stream, folder, overwriteFiles: false);
        return folder;
    }
}
