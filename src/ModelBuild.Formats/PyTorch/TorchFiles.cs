using ModelBuild.Formats.PyTorch.Archive;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch;

/// <summary>Opening of PyTorch's files.</summary>
internal static class TorchFiles
{
    /// <summary>Notes a file for mapping.</summary>
    /// <exception cref="ModelException">It does not exist (MB1002) or is empty (MB1003).</exception>
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

    /// <summary>Whether a file is an archive that a test accepts; false when it can't be read.</summary>
    public static bool TryOpen(string path, Func<TorchArchive, bool> test)
    {
        try
        {
            using MappedFile file = Map(path);
            return test(new TorchArchive(file, 0));
        }
        catch (ModelException)
        {
            return false;
        }
    }
}
