using ModelBuild.Formats.Onnx.Reading;
using ModelBuild.Formats.Onnx.Writing;
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
    public Model Read(string path, ModelReadOptions options) => OnnxReader.Read(path);

    /// <inheritdoc/>
    /// <remarks>
    /// The same model gives the same bytes. The IR version is 10 or the lowest above it that the model needs. External data goes to the file's name with <c>.data</c>
    /// appended. Values whose names collide are renamed, inputs and outputs of the model last.
    /// </remarks>
    public IReadOnlyList<string> Write(Model model, string path, ModelWriteOptions options) => OnnxWriter.Write(model, path, options);
}
