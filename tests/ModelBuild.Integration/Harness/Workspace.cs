using System.Globalization;

namespace ModelBuild.Integration.Harness;

/// <summary>
/// One run's folder outside the repository: the packed packages, a private package folder, a private model cache, and a folder per test. Packages get
/// a version of this run's own, so that nothing of an earlier run can be taken for them.
/// </summary>
[TestClass]
public static class Workspace
{
    private static readonly string s_root = Path.Combine(Path.GetTempPath(), "modelbuild-integration", Guid.NewGuid().ToString("N")[..8]);

    /// <summary>Version of the packages.</summary>
    public static string Version { get; } = "0.1.0-test." + DateTime.UtcNow.ToString("yyMMddHHmmss", CultureInfo.InvariantCulture);

    /// <summary>Folder with the packages.</summary>
    public static string Feed { get; } = Path.Combine(s_root, "feed");

    /// <summary>Where projects get their packages extracted.</summary>
    public static string Packages { get; } = Path.Combine(s_root, "packages");

    /// <summary>Cache of converted models.</summary>
    public static string Cache { get; } = Path.Combine(s_root, "cache");

    /// <summary>Variables of every build.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["NUGET_PACKAGES"] = Packages,
        ["MODELBUILD_CACHE"] = Cache,
    };

    /// <summary>Packs once for all tests.</summary>
    [AssemblyInitialize]
    public static async Task PackAsync(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Directory.CreateDirectory(Feed);
        await Task.WhenAll(PackAsync("ModelBuild.Tool.Native"), PackOthersAsync());
        await File.WriteAllTextAsync(Path.Combine(s_root, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="packed" value="{Feed}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="repository" value="{Repository.PackageFolder}" /></fallbackPackageFolders>
            </configuration>
            """);

        static async Task PackOthersAsync()
        {
            foreach (string project in new[] { "ModelBuild.Package", "ModelBuild.Kernels", "ModelBuild.Kernels.Assembler", "ModelBuild.Runtime", "ModelBuild.Runtime.OnnxRuntime" })
            {
                await PackAsync(project);
            }
        }
    }

    /// <summary>Packs one project of the repository.</summary>
    public static async Task PackAsync(string project) => (await DotNet.RunAsync(Repository.Root, new Dictionary<string, string>(),
        "pack", $"src/{project}", "--no-build", "-c", Repository.Configuration, $"-p:PackageVersion={Version}", $"-p:PackageOutputPath={Feed}", "-v", "q")).Succeeded();

    /// <summary>Removes everything.</summary>
    [AssemblyCleanup]
    public static void Clean()
    {
        if (System.Environment.GetEnvironmentVariable("MODELBUILD_KEEP") is null)
        {
            Directory.Delete(s_root, recursive: true);
        }
    }

    /// <summary>A new folder for a test.</summary>
    public static string NewFolder(string name)
    {
        string path = Path.Combine(s_root, "tests", name);
        Directory.CreateDirectory(path);
        return path;
    }
}
