using System.IO;
using System.Linq;

namespace ModelBuild.Tasks;

/// <summary>
/// Remembers the files that the tool found to belong to a model, such as external data. They are known only after the tool ran, so they can't
/// stand in its arguments, which would then differ at the next build.
/// </summary>
internal static class InputFingerprint
{
    /// <summary>Whether the listed files are as they were when <see cref="Save"/> was called. True when there is no list.</summary>
    public static bool IsCurrent(string list, string stamp) => !File.Exists(list) || (File.Exists(stamp) && File.ReadAllText(stamp) == Text(list));

    /// <summary>Notes how the listed files are now.</summary>
    public static void Save(string list, string stamp)
    {
        if (File.Exists(list))
        {
            Files.WriteWhenDifferent(stamp, Text(list));
        }
    }

    private static string Text(string list) => string.Concat(Files.ReadList(list).Select(path => Files.Fingerprint(path) + "\n"));
}
