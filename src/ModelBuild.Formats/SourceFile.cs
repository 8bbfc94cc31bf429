using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>Opening of files that readers keep mapped.</summary>
internal static class SourceFile
{
    /// <summary>Notes a file for mapping.</summary>
    /// <exception cref="ModelException">It can't be read (MB1002) or is empty (MB1003).</exception>
    public static MappedFile Map(string path)
    {
        try
        {
            var file = new MappedFile(path);
            return file.Length > 0 ? file : throw FileProblem.Empty(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw FileProblem.CannotRead(path, e);
        }
    }
}
