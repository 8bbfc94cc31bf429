using ModelBuild.Formats.Onnx.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx;

/// <summary>ONNX files of every IR version, with their external data.</summary>
public sealed class OnnxFormat : IModelFormat
{
    /// <inheritdoc/>
    public string Name => "ONNX";

    /// <inheritdoc/>
    public string Extension => ".onnx";

    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head, string path) => OnnxHead.IsModel(head);

    /// <inheritdoc/>
    /// <remarks>
    /// A file of any size: only the structure and tensors of up to a kilobyte are read at once. Names are those of the file, except that values of nested graphs are
    /// renamed where the file uses a name twice. Nodes are sorted when the file's are not. Initializers that only stand among the inputs because their IR version
    /// (below 4) asks for it are not inputs.
    /// </remarks>
    public Model Read(string path) => OnnxReader.Read(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Model model, string path, ModelWriteOptions options) => throw new NotImplementedException();
}
