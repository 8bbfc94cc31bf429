using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;

namespace ModelBuild.Lowering.Rules;

/// <summary>Softmax and its logarithm along one dimension of an fp32 tensor.</summary>
internal sealed class SoftmaxRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "Softmax"), ("", "LogSoftmax")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (group.Nodes.Count > 1)
        {
            return "more than a softmax is asked for.";
        }

        if (Sizes.Of(context, node.Input(0)) is not { Rank: > 0 } shape || Sizes.Of(context, group.Output) is null || Sizes.Axis(node.GetInt("axis", -1), shape.Rank) is var axis && axis < 0)
        {
            return "the input is not fp32 of known shape.";
        }

        Dimension outer = Sizes.Product(shape.Take(axis)), inner = Sizes.Product(shape.Skip(axis + 1));
        if (!context.Builder.IsKnown(outer) || !context.Builder.IsKnown(inner))
        {
            return "a size is no formula.";
        }

        context.Builder.Call(group.Layer, "Softmax.Along", ("x", Sizes.Plain(context, node.Input(0)!)), ("y", context.Builder.Define(group.Output)), ("outer", outer), ("size", shape[axis]), ("inner", inner),
            ("isLogarithm", node.OpType == "LogSoftmax"));
        return null;
    }
}
