using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>A file format that holds named tensors without a graph. Stateless.</summary>
public interface IWeightsFormat
{
    /// <summary>Name in messages, such as <c>safetensors</c>.</summary>
    string Name { get; }

    /// <summary>Extension of written files with its dot.</summary>
    string Extension { get; }

    /// <summary>Whether <see cref="Write"/> is supported.</summary>
    bool CanWrite => true;

    /// <summary>What whoever made the model has to run to give a file with a graph: a sentence that ends with the command.</summary>
    string ExportHint { get; }

    /// <summary>Whether a file looks like this format. Content decides, never the extension alone.</summary>
    bool Recognizes(ReadOnlySpan<byte> head, string path);

    /// <summary>Reads names, types and shapes; contents stay in the file where they can.</summary>
    /// <exception cref="ModelException">The file is damaged.</exception>
    TensorFile Read(string path, ModelReadOptions options);

    /// <summary>Writes tensors; all files or none appear.</summary>
    /// <returns>Full paths of the files written.</returns>
    /// <exception cref="ModelException">The file can't be written.</exception>
    IReadOnlyList<string> Write(IReadOnlyList<NamedTensor> tensors, string path, ModelWriteOptions options);
}

/// <summary>A tensor and its name in a weights file.</summary>
/// <param name="Name">Name, unique in its file.</param>
/// <param name="Data">Content.</param>
public sealed record NamedTensor(string Name, TensorData Data);

/// <summary>Tensors of a file, in its order. Holds files open while contents are mapped.</summary>
public sealed class TensorFile : IDisposable
{
    private readonly List<IDisposable> _resources = [];

    /// <summary>The tensors in the file's order.</summary>
    public List<NamedTensor> Tensors { get; } = [];

    /// <summary>The author's own keys.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Ties the life of a mapped file to this object's.</summary>
    public void Own(IDisposable resource) => _resources.Add(resource);

    /// <summary>Releases mapped files. Contents that lie in files can't be read afterwards.</summary>
    public void Dispose()
    {
        foreach (IDisposable resource in _resources)
        {
            resource.Dispose();
        }

        _resources.Clear();
    }
}
