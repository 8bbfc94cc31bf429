using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Simplification;

namespace ModelBuild.Lowering.Rules;

/// <summary>Means over adjacent dimensions of fp32 tensors.</summary>
internal sealed class MeanRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "ReduceMean"), ("", "GlobalAveragePool")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (Sizes.Of(context, node.Input(0)) is not { Rank: > 0 } shape || Sizes.Of(context, group.Output) is null)
        {
            return "the input is not fp32 of known shape.";
        }

        if (Axes(node, shape.Rank) is not { Length: > 0 } axes || axes[^1] - axes[0] != axes.Length - 1)
        {
            return "the dimensions are not adjacent.";
        }

        Dimension outer = Sizes.Product(shape.Take(axes[0])), size = Sizes.Product(shape.Skip(axes[0]).Take(axes.Length)), inner = Sizes.Product(shape.Skip(axes[^1] + 1));
        if (!context.Builder.IsKnown(outer) || !context.Builder.IsKnown(size) || !context.Builder.IsKnown(inner))
        {
            return "a size is no formula.";
        }

        context.Builder.Call(group.Layer, "Reduce.Mean", ("x", Sizes.Plain(context, node.Input(0)!)), ("y", context.Builder.Define(group.Output)), ("outer", outer), ("size", size), ("inner", inner));
        return null;
    }

    private static int[]? Axes(Node node, int rank)
    {
        if (node.OpType == "GlobalAveragePool")
        {
            return [.. Enumerable.Range(2, Math.Max(0, rank - 2))];
        }

        if (node.Input(1) is null)
        {
            return node.GetInt("noop_with_empty_axes") != 0 ? null : [.. Enumerable.Range(0, rank)];
        }

        int[]? axes = Patterns.Integers(node.Input(1))?.Select(a => Sizes.Axis(a, rank)).Order().ToArray();
        return axes is { Length: > 0 } && axes[0] >= 0 && axes.Distinct().Count() == axes.Length ? axes : null;
    }
}
