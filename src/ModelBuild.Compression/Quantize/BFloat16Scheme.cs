using ModelBuild.Compression.Quantize.Half;
using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary><c>bf16</c>: weights as the upper half of binary32, expanded when the model is loaded. The range of float32 with 8 bits of precision.</summary>
public sealed class BFloat16Scheme : ICompressionScheme
{
    /// <inheritdoc/>
    public string Name => "bf16";

    /// <inheritdoc/>
    public string Description => "Weights are stored as bfloat16 and expanded when the model is loaded; the arithmetic stays float32.";

    /// <inheritdoc/>
    public IReadOnlyList<LayerReport> Apply(SchemeContext context) => new HalfStorage(context, ElementType.BFloat16).Apply();
}
