using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;

namespace ModelBuild.Lowering.Rules;

/// <summary>Layer and root-mean-square normalization of fp32 rows, over the last dimensions.</summary>
internal sealed class LayerNormalizationRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "LayerNormalization"), ("", "RMSNormalization")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (Sizes.Of(context, node.Input(0)) is not { Rank: > 0 } shape || Sizes.Of(context, group.Output) is null || node.Outputs.Skip(1).Any(o => o is not null)
            || Sizes.Axis(node.GetInt("axis", -1), shape.Rank) is var axis && axis < 0)
        {
            return "the input is not fp32 of known shape, or statistics are asked for.";
        }

        Dimension rows = Sizes.Product(shape.Take(axis)), columns = Sizes.Product(shape.Skip(axis));
        if (!context.Builder.IsKnown(rows) || !context.Builder.IsKnown(columns)
            || node.Inputs.Skip(1).OfType<Value>().Any(v => Sizes.Of(context, v) is not { } s || s.Rank != shape.Rank - axis || Sizes.Product(s) != columns))
        {
            return "scale or bias are repeated.";
        }

        bool isCentered = node.OpType == "LayerNormalization";
        List<(string, object?)> arguments =
        [
            ("x", Sizes.Plain(context, node.Input(0)!)), ("scale", node.Input(1) is { } scale ? Sizes.Plain(context, scale) : null), ("y", context.Builder.Define(group.Output)),
            ("rows", rows), ("columns", columns), ("epsilon", node.GetFloat("epsilon", 1e-5f)),
        ];
        if (isCentered)
        {
            arguments.Add(("bias", node.Input(2) is { } bias ? Sizes.Plain(context, bias) : null));
        }

        context.Builder.Call(group.Layer, isCentered ? "LayerNormalization.Rows" : "LayerNormalization.RootMeanSquareOfRows", arguments.ToArray());
        return null;
    }
}
