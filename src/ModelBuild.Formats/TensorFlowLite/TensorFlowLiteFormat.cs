using ModelBuild.Formats.FlatBuffers;
using ModelBuild.Formats.TensorFlowLite.Ops;
using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite;

/// <summary>TensorFlow Lite's <c>.tflite</c>, today called LiteRT: a FlatBuffer of schema version 3.</summary>
public sealed class TensorFlowLiteFormat : IModelFormat
{
    /// <inheritdoc/>
    public string Name => "TFLite";

    /// <inheritdoc/>
    public string Extension => ".tflite";

    /// <inheritdoc/>
    public bool CanWrite => false;

    /// <inheritdoc/>
    public IReadOnlyList<OperatorMapping> Operators => TfLiteOps.Mappings;

    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head, string path) => FlatBuffer.HasIdentifier(head, TfLiteFile.Identifier);

    /// <inheritdoc/>
    public Model Read(string path, ModelReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return TfLiteReader.Read(path, options);
    }

    /// <inheritdoc/>
    public FileSummary? Summarize(string path, ModelReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return TfLiteSummary.Of(path, options);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Model model, string path, ModelWriteOptions options) => throw new NotSupportedException();
}
