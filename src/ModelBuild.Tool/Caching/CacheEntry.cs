using System.Globalization;
using System.Text;

namespace ModelBuild.Tool.Caching;

/// <summary>One file of an entry.</summary>
/// <param name="Kind"><c>content</c>, <c>embedded</c> or <c>report</c>, as in the list of outputs, or <c>plan</c>.</param>
/// <param name="Name">File name within the entry.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Time">Time of the last write in UTC ticks: a file that was changed later is noticed and not used.</param>
internal sealed record CachedFile(string Kind, string Name, long Length, long Time);

/// <summary>What building one model with one set of metadata gave.</summary>
/// <param name="Title">What <c>cache list</c> shows.</param>
/// <param name="Lines">Lines for the build's output: <c>summary</c>, or the severity and code of a message, and a text.</param>
/// <param name="Files">Its files.</param>
internal sealed record CacheEntry(string Title, IReadOnlyList<(string Kind, string Text)> Lines, IReadOnlyList<CachedFile> Files)
{
    /// <summary>Name of the file that describes an entry; written last.</summary>
    public const string FileName = "entry.txt";

    private const string Header = "modelbuild-cache\t1";

    /// <summary>Bytes of all files.</summary>
    public long Length => Files.Sum(f => f.Length);

    /// <summary>Describes a file that lies in a folder.</summary>
    public static CachedFile Describe(string kind, string folder, string name)
    {
        var info = new FileInfo(Path.Combine(folder, name));
        return new CachedFile(kind, name, info.Length, info.LastWriteTimeUtc.Ticks);
    }

    /// <summary>Reads an entry's description; null when there is none or it can't be understood.</summary>
    public static CacheEntry? TryRead(string folder)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(folder, FileName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (lines.Length < 2 || lines[0] != Header || lines[^1] != "end")
        {
            return null;
        }

        string title = "";
        var output = new List<(string, string)>();
        var files = new List<CachedFile>();
        foreach (string[] f in lines[1..^1].Select(l => l.Split('\t')))
        {
            switch (f)
            {
                case ["title", var text]:
                    title = text;
                    break;
                case ["line", var kind, var text]:
                    output.Add((kind, text));
                    break;
                case ["file", var kind, var name, var length, var time] when long.TryParse(length, CultureInfo.InvariantCulture, out long l) && long.TryParse(time, CultureInfo.InvariantCulture, out long t):
                    files.Add(new CachedFile(kind, name, l, t));
                    break;
                default:
                    return null;
            }
        }

        return new CacheEntry(title, output, files);
    }

    /// <summary>Writes the description.</summary>
    public void Write(string folder)
    {
        var text = new StringBuilder(Header + "\n");
        text.Append(CultureInfo.InvariantCulture, $"title\t{Clean(Title)}\n");
        foreach ((string kind, string line) in Lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"line\t{kind}\t{Clean(line)}\n");
        }

        foreach (CachedFile f in Files)
        {
            text.Append(CultureInfo.InvariantCulture, $"file\t{f.Kind}\t{f.Name}\t{f.Length}\t{f.Time}\n");
        }

        File.WriteAllText(Path.Combine(folder, FileName), text.Append("end\n").ToString());
    }

    /// <summary>Whether every file is there as it was written.</summary>
    public bool IsIntact(string folder) => Files.All(f => new FileInfo(Path.Combine(folder, f.Name)) is { Exists: true } info && info.Length == f.Length && info.LastWriteTimeUtc.Ticks == f.Time);

    private static string Clean(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}
