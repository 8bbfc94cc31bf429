using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Convolutions with a sum and an activation, and with channels last.</summary>
internal sealed class FusedConvolutions : IExpansion
{
    private static readonly string[] s_attributes = ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"];

    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["FusedConv", "NhwcConv", "NhwcFusedConv"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        string activation = node.GetString("activation");
        if (!FusedActivation.IsKnown(activation))
        {
            return $"the activation '{activation}' is not known.";
        }

        bool last = node.OpType != "FusedConv";
        if (last && context.ShapeOf(node.Input(0)) is not { Rank: > 2 })
        {
            return "the number of dimensions is not known.";
        }

        int rank = context.ShapeOf(node.Input(0))?.Rank ?? 0;
        long[] toFirst = [0, rank - 1, .. Enumerable.Range(1, Math.Max(0, rank - 2)).Select(i => (long)i)];
        long[] toLast = [0, .. Enumerable.Range(2, Math.Max(0, rank - 2)).Select(i => (long)i), 1];
        Value?[] inputs = [last ? Transpose(context, node.Input(0)!, toFirst) : node.Input(0), node.Input(1), node.Input(2)];
        Value result = context.Add("Conv", inputs, [.. s_attributes.Where(node.Attributes.ContainsKey).Select(a => (a, node.Attributes[a]))]);
        if (node.Input(3) is { } sum)
        {
            result = context.Plus(result, last ? Transpose(context, sum, toFirst) : sum);
        }

        result = FusedActivation.Add(context, result, activation, node.GetFloats("activation_params") ?? []);
        context.Give(0, last ? Transpose(context, result, toLast) : result);
        return null;
    }

    private static Value Transpose(ExpansionContext context, Value x, long[] order) => context.Add("Transpose", [x], ("perm", new IntsAttribute(order)));
}
