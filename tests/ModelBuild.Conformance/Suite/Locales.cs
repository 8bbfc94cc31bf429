using System.Diagnostics;

namespace ModelBuild.Conformance.Suite;

/// <summary>ONNX Runtime's StringNormalizer asks the system for the locale en_US.UTF-8, which a bare Linux installation does not have.</summary>
internal static class Locales
{
    private static readonly Lazy<string?> s_folder = new(Build);

    /// <summary>Lets a process find the locale. Does nothing where the system has it or can't build it.</summary>
    public static void Provide(ProcessStartInfo start)
    {
        if (s_folder.Value is { } folder)
        {
            start.Environment["LOCPATH"] = folder;
        }
    }

    private static string? Build()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/localedef") || !File.Exists("/usr/share/i18n/locales/en_US"))
        {
            return null;
        }

        string folder = Path.Combine(Path.GetTempPath(), "modelbuild-conformance-locale");
        if (!Directory.Exists(folder))
        {
            string unfinished = Directory.CreateTempSubdirectory("modelbuild-conformance-").FullName;
            using var process = Process.Start("/usr/bin/localedef", ["-i", "en_US", "-f", "UTF-8", Path.Combine(unfinished, "en_US.UTF-8")]);
            process.WaitForExit();
            try
            {
                Directory.Move(unfinished, folder);
            }
            catch (IOException)
            {
                // Another run was faster.
                Directory.Delete(unfinished, recursive: true);
            }
        }

        return Directory.Exists(Path.Combine(folder, "en_US.UTF-8")) ? folder : null;
    }
}
