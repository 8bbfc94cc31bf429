using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>One file format of models. Stateless.</summary>
public interface IModelFormat
{
    /// <summary>Name in messages, manifests and <c>Format=</c>, such as <c>ONNX</c>.</summary>
    string Name { get; }

    /// <summary>Extension of written files with its dot.</summary>
    string Extension { get; }

    /// <summary>Whether the start of a file looks like this format. Content decides, never the extension alone.</summary>
    /// <param name="head">Up to the first 4,096 bytes.</param>
    /// <param name="path">The file or folder.</param>
    bool Recognizes(ReadOnlySpan<byte> head, string path);

    /// <summary>Reads structure; weights stay in the file. Dispose the model to unmap it.</summary>
    /// <exception cref="ModelException">The file is not a valid model.</exception>
    Model Read(string path);

    /// <summary>Writes a model; all files or none appear.</summary>
    /// <exception cref="ModelException">The folder can't be written, or the format can't express the model.</exception>
    /// <returns>Full paths of the files written.</returns>
    IReadOnlyList<string> Write(Model model, string path, ModelWriteOptions options);
}

/// <summary>How to write a model.</summary>
public sealed record ModelWriteOptions
{
    /// <summary>Whether weights go to a file beside the model. Null: only when the file would exceed 1.5 GB.</summary>
    public bool? ExternalData { get; init; }

    /// <summary>Alignment of each tensor in the external file.</summary>
    public int ExternalDataAlignment { get; init; } = 4096;

    /// <summary>Tensors of fewer bytes stay in the model file. ONNX Runtime needs shapes and axes there, so keep it above their size.</summary>
    public int ExternalDataThreshold { get; init; } = 1024;

    /// <summary>Stops the writing; nothing is left behind then.</summary>
    public CancellationToken Cancellation { get; init; }
}
