using ModelBuild.Compression.Quantize.Half;
using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary><c>fp16</c>: weights as IEEE 754 binary16, expanded when the model is loaded; the arithmetic stays float32, which is what processors do fastest.</summary>
public sealed class Float16Scheme : ICompressionScheme
{
    /// <inheritdoc/>
    public string Name => "fp16";

    /// <inheritdoc/>
    public string Description => "Weights are stored as float16 and expanded when the model is loaded; the arithmetic stays float32.";

    /// <inheritdoc/>
    public IReadOnlyList<LayerReport> Apply(SchemeContext context) => new HalfStorage(context, ElementType.Float16).Apply();
}
