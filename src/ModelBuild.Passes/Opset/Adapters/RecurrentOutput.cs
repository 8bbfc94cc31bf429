using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 7 dropped <c>output_sequence</c>: an output that is used is computed.</summary>
internal sealed class RecurrentOutput : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("GRU", 7), ("LSTM", 7), ("RNN", 7)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context) => context.Node.Attributes.Remove("output_sequence");
}
