using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 4 made the axis required; before it was 1 when missing.</summary>
internal sealed class ConcatAxis : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Concat", 4)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context) => context.Node.Attributes.TryAdd("axis", new IntAttribute(1));
}
