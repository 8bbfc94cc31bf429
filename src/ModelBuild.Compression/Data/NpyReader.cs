using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Data;

/// <summary>NumPy arrays: for the input that has the file's name, or for the only input.</summary>
public sealed class NpyReader : IDataReader
{
    /// <inheritdoc/>
    public bool Recognizes(string path) => path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorData> Read(string path, Model model)
    {
        string file = Path.GetFileNameWithoutExtension(path);
        Value[] inputs = [.. model.Graph.Inputs.Where(i => i.Initializer is null)];
        string name = inputs.Any(i => i.Name == file) ? file
            : inputs.Length == 1 ? inputs[0].Name
            : throw new ModelException("MB3002", $"The model has {inputs.Length} inputs and none is named '{file}'; name the file as its input, or use an .npz with one array per input ({string.Join(", ", inputs.Select(i => $"'{i.Name}'"))}).", path);
        return new Dictionary<string, TensorData> { [name] = NpyFile.Read(path) };
    }
}
