using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>The errors that every reader and writer shares.</summary>
internal static class FileProblem
{
    public static ModelException CannotRead(string path, Exception cause) => new(
        "MB1002",
        cause is FileNotFoundException or DirectoryNotFoundException ? "The file does not exist." : $"The file can't be read: {FirstLine(cause.Message)}",
        path,
        cause);

    public static ModelException CannotWrite(string path, Exception cause) => new("MB1011", $"The file can't be written: {FirstLine(cause.Message)}", path, cause);

    public static ModelException Empty(string path) => new("MB1003", "The file is empty. Get it again.", path);

    public static ModelException Damaged(string path, string detail) => new("MB1001", $"The file is damaged or not of this format: {detail}.", path);

    private static string FirstLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
