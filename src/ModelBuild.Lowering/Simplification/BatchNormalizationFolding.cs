using ModelBuild.Graphs;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Simplification;

/// <summary>Merges <c>BatchNormalization</c> into the convolution before it.</summary>
internal sealed class BatchNormalizationFolding : IPass
{
    /// <inheritdoc/>
    public string Name => "BatchNormalizationFolding";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var notes = new List<string>();
        FoldBatchNormalization.Apply(model, notes);
        return new PassResult(Name, [.. notes.Select(n => new PassEntry("model", n.StartsWith("Merged", StringComparison.Ordinal), n))]);
    }
}
