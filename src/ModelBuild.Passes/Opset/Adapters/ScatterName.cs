using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 11 renamed the operator.</summary>
internal sealed class ScatterName : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Scatter", 11)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context) => context.Node.OpType = "ScatterElements";
}
