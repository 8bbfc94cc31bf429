using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 10 made the count an input.</summary>
internal sealed class TopKCount : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("TopK", 10)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        if (!context.Node.Attributes.ContainsKey("k"))
        {
            throw context.Fail("it lacks its count");
        }

        long count = context.Node.GetInt("k");
        context.Node.Attributes.Remove("k");
        context.SetInput(1, context.Constant("k", [count]));
    }
}
