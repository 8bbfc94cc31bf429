using ModelBuild.Formats.PyTorch.Archive;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch;

/// <summary>Opening of PyTorch's files.</summary>
internal static class TorchFiles
{
    /// <summary>Whether a file is an archive that a test accepts; false when it can't be read.</summary>
    public static bool TryOpen(string path, Func<TorchArchive, bool> test)
    {
        try
        {
            using MappedFile file = SourceFile.Map(path);
            return test(new TorchArchive(file, 0));
        }
        catch (ModelException)
        {
            return false;
        }
    }
}
