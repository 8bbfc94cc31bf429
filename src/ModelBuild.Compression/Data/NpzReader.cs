using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Data;

/// <summary>NumPy archives: one array per input, named as the input.</summary>
public sealed class NpzReader : IDataReader
{
    /// <inheritdoc/>
    public bool Recognizes(string path) => path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorData> Read(string path, Model model) => NpzFile.Read(path);
}
