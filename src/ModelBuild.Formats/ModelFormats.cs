using ModelBuild.Formats.Onnx;
using ModelBuild.Formats.PyTorch.Weights;
using ModelBuild.Formats.Safetensors;
using ModelBuild.Formats.TensorFlowLite;
using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>Every format, and the choice between them.</summary>
public static class ModelFormats
{
    private const int HeadSize = 4096;

    /// <summary>All formats, in the order in which they are asked whether they recognise a file.</summary>
    public static IReadOnlyList<IModelFormat> All { get; } =
    [
        new OnnxFormat(),
        new Keras.KerasH5Format(),
        new Keras.KerasArchiveFormat(),
        new TensorFlowLiteFormat(),
        new MindSpore.MindIrFormat(),
    ];

    /// <summary>Formats of files that hold tensors without a graph.</summary>
    public static IReadOnlyList<IWeightsFormat> Weights { get; } =
    [
        new MindSpore.CheckpointFormat(),
        new SafetensorsFormat(),
        new StateDictFormat(),
    ];

    /// <summary>The weights format of a file, or null.</summary>
    /// <exception cref="ModelException">The file is missing (MB1002) or empty (MB1003).</exception>
    public static IWeightsFormat? SniffWeights(string path)
    {
        byte[] head = ReadHead(path);
        return Weights.FirstOrDefault(f => f.Recognizes(head, path));
    }

    /// <summary>The format of a name such as <c>ONNX</c>, whatever its case.</summary>
    /// <exception cref="ModelException">MB1005 or, when <paramref name="forWriting"/>, MB1012: there is none of that name.</exception>
    public static IModelFormat Find(string name, bool forWriting = false) =>
        All.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || f.Extension.Equals("." + name.TrimStart('.'), StringComparison.OrdinalIgnoreCase))
        ?? throw new ModelException(
            forWriting ? "MB1012" : "MB1005",
            $"Format '{name}' is not supported. Supported: {string.Join(", ", All.Select(f => f.Name))}.");

    /// <summary>The format of a file, told by its content.</summary>
    /// <exception cref="ModelException">The file is missing (MB1002), empty (MB1003), of a known format that can't be read (MB1005), or not a model (MB1001, or MB1020 when it holds weights).</exception>
    public static IModelFormat Sniff(string path)
    {
        byte[] head = ReadHead(path);
        return All.FirstOrDefault(f => f.Recognizes(head, path))
            ?? throw (Weights.FirstOrDefault(f => f.Recognizes(head, path)) is { } weights ? WithoutGraph(weights, path) : ForeignFiles.Explain(head, path));
    }

    /// <summary>Reads a model's structure; weights stay in the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="formatName">Name of the format; null or empty to tell it by the content.</param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="ModelException">The file is not a valid model.</exception>
    public static Model Read(string path, string? formatName = null, ModelReadOptions? options = null) =>
        (string.IsNullOrEmpty(formatName) ? Sniff(path) : Find(formatName)).Read(path, options ?? ModelReadOptions.Default);

    /// <summary>Writes a model in the format of the path's extension; all files or none appear.</summary>
    /// <returns>Full paths of the files written.</returns>
    /// <exception cref="ModelException">The format is unknown (MB1012) or the file can't be written (MB1011).</exception>
    public static IReadOnlyList<string> Write(Model model, string path, ModelWriteOptions? options = null)
    {
        string extension = Path.GetExtension(path);
        IModelFormat format = All.FirstOrDefault(f => f.CanWrite && f.Extension.Equals(extension, StringComparison.OrdinalIgnoreCase))
            ?? throw new ModelException("MB1012", $"Files of extension '{extension}' can't be written. Supported: {string.Join(", ", All.Where(f => f.CanWrite).Select(f => f.Extension))}.", path);
        return format.Write(model, path, options ?? new ModelWriteOptions());
    }

    private static ModelException WithoutGraph(IWeightsFormat format, string path)
    {
        const int MaxListed = 4;
        using TensorFile file = format.Read(path, ModelReadOptions.Default);
        IEnumerable<string> listed = file.Tensors.Take(MaxListed).Select(t => $"{t.Name} [{string.Join(',', t.Data.Dimensions.ToArray())}]");
        return new ModelException(
            "MB1020",
            $"The file ({format.Name}) holds {file.Tensors.Count} tensors without a graph: {string.Join(", ", listed)}{(file.Tensors.Count > MaxListed ? ", ..." : "")}. Join them to a model that has the graph with Weights=\"{Path.GetFileName(path)}\". {format.ExportHint}",
            path);
    }

    private static byte[] ReadHead(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return [];
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
            var head = new byte[Math.Min(HeadSize, stream.Length)];
            stream.ReadExactly(head);
            return head.Length > 0 ? head : throw FileProblem.Empty(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw FileProblem.CannotRead(path, e);
        }
    }
}
