using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace ModelBuild.Tasks;

/// <summary>File helpers of the tasks. Every path is absolute: a task never relies on the current directory, which all tasks of a node share.</summary>
internal static class Files
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Combines and removes <c>.</c> and <c>..</c>.</summary>
    /// <param name="directory">An absolute folder.</param>
    /// <param name="path">A relative or absolute path with either kind of slash.</param>
    public static string Absolute(string directory, string path) =>
        new FileInfo(Path.Combine(directory, path.Replace('\\', Path.DirectorySeparatorChar).Replace('/', Path.DirectorySeparatorChar))).FullName;

    /// <summary>Writes the text unless the file holds it already, so that its time tells when the content changed.</summary>
    public static void WriteWhenDifferent(string path, string text)
    {
        if (!File.Exists(path) || File.ReadAllText(path, s_utf8) != text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text, s_utf8);
        }
    }

    /// <summary>Sets the file's time to now, making it when it does not exist. To write nothing into an empty file need not change its time.</summary>
    public static void Touch(string path)
    {
        File.WriteAllText(path, "");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
    }

    /// <summary>Text that changes whenever the file or folder does, an older file put in its place included. Empty when there is none.</summary>
    public static string Fingerprint(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists)
        {
            return Describe(file);
        }

        var directory = new DirectoryInfo(path);
        if (!directory.Exists)
        {
            return "";
        }

        var all = new StringBuilder();
        foreach (FileInfo inner in directory.EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal))
        {
            all.Append(inner.FullName, directory.FullName.Length, inner.FullName.Length - directory.FullName.Length).Append(' ').Append(Describe(inner)).Append('\n');
        }

        using var sha = System.Security.Cryptography.SHA256.Create();
        return BitConverter.ToString(sha.ComputeHash(s_utf8.GetBytes(all.ToString())), 0, 16).Replace("-", "");
    }

    /// <summary>Lines of a list file that are not empty; none when there is no such file.</summary>
    public static string[] ReadList(string path) => File.Exists(path) ? [.. File.ReadAllLines(path, s_utf8).Where(line => line.Length > 0)] : [];

    private static string Describe(FileInfo file) =>
        file.Length.ToString(CultureInfo.InvariantCulture) + "@" + file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture);
}
