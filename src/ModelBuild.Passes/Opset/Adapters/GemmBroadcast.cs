using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 7 broadcasts the third operand without being told.</summary>
internal sealed class GemmBroadcast : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Gemm", 7)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context) => context.Node.Attributes.Remove("broadcast");
}
