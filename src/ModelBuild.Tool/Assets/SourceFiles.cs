using System.Security.Cryptography;
using ModelBuild.Graphs;

namespace ModelBuild.Tool.Assets;

/// <summary>The files that a model consists of.</summary>
internal static class SourceFiles
{
    /// <summary>Files besides the model file that hold its weights, as full paths in ordinal order.</summary>
    public static IReadOnlyList<string> External(Model model, string source)
    {
        string own = Path.GetFullPath(source);
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Graph graph in model.Functions.Select(f => f.Body).Prepend(model.Graph).SelectMany(g => g.AllGraphs()))
        {
            foreach (Value value in graph.Initializers)
            {
                Note(value.Initializer);
            }

            foreach (Node node in graph.Nodes)
            {
                foreach (AttributeValue attribute in node.Attributes.Values)
                {
                    Note((attribute as TensorAttribute)?.Value);
                }
            }
        }

        return [.. files];

        void Note(TensorData? data)
        {
            if (data is FileTensorData file && Path.GetFullPath(file.File.Path) is var path && path != own)
            {
                files.Add(path);
            }
        }
    }

    /// <summary>SHA-256 of a file in lower-case hexadecimal.</summary>
    public static string Hash(string path, CancellationToken cancellationToken)
    {
        const int Piece = 1 << 20;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.SequentialScan);
        byte[] buffer = new byte[(int)Math.Clamp(stream.Length, 1, Piece)];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
