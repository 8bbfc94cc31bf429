using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Operators that ONNX took over as they were.</summary>
internal sealed class RenamedOperators : IExpansion
{
    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["DequantizeLinear", "ExpandDims", "GatherND", "GridSample", "Pad", "QuantizeLinear", "Range", "Trilu"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        var renamed = new Node(node.OpType, node.Inputs, []) { Name = node.Name };
        foreach ((string name, AttributeValue value) in node.Attributes)
        {
            renamed.Attributes[name] = value;
        }

        if (node.OpType == "ExpandDims")
        {
            // One axis, which may be a scalar there and has to be a list here.
            renamed.OpType = "Unsqueeze";
            renamed.Inputs[1] = context.Cast(context.Add("Reshape", [node.Input(1), context.Integers(1)]), ElementType.Int64);
        }

        for (int i = 0; i < node.Outputs.Count; i++)
        {
            Value? output = node.Output(i);
            node.SetOutput(i, null);
            renamed.SetOutput(i, output);
        }

        context.Nodes.Add(renamed);
        return null;
    }
}
