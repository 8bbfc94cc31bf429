using ModelBuild.Graphs;

namespace ModelBuild.Tool.Output;

/// <summary>Writes files so that a reader sees the old content or the new one, never a part.</summary>
internal static class AtomicFile
{
    /// <summary>Suffix of files in the making; old ones are left behind by killed processes and may be deleted.</summary>
    public const string TemporarySuffix = ".mbtmp";

    /// <summary>A name beside <paramref name="path"/> that no other process uses.</summary>
    public static string TemporaryName(string path) => $"{path}.{Environment.ProcessId:x}{Environment.TickCount64:x}{TemporarySuffix}";

    /// <summary>Writes text when it differs from what is there, so that an unchanged file keeps its time.</summary>
    /// <returns>Whether the file was written.</returns>
    /// <exception cref="ModelException">The folder can't be written (MB0009).</exception>
    public static bool WriteIfChanged(string path, string text)
    {
        try
        {
            if (File.Exists(path) && File.ReadAllText(path) == text)
            {
                return false;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string temporary = TemporaryName(path);
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>The error of a folder that can't be written.</summary>
    public static ModelException Unwritable(string path, Exception cause) =>
        new("MB0009", $"The file '{path}' can't be written: {cause.Message} Check the folder's permissions and the free space.", null, cause);
}
