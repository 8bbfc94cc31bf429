using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 13 made the sizes an input; version 18 asks for their number when they are not stated. Version 1 knew both an input and an attribute.</summary>
internal sealed class SplitSizes : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Split", 13), ("Split", 18)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        if (context.TakeInts("split") is { } sizes && node.Input(1) is null)
        {
            context.SetInput(1, context.Constant("split", sizes));
        }

        if (context.Version >= 17 && node.Input(1) is null)
        {
            node.Attributes["num_outputs"] = new IntAttribute(node.Outputs.Count);
        }
    }
}
