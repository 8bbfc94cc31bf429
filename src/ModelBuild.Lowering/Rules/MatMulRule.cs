using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;

namespace ModelBuild.Lowering.Rules;

/// <summary>Products of two fp32 activations of known shape.</summary>
internal sealed class MatMulRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "MatMul")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (Sizes.Of(context, node.Input(0)) is not { Rank: >= 2 } a || Sizes.Of(context, node.Input(1)) is not { Rank: >= 2 } b || Sizes.Of(context, group.Output) is null)
        {
            return "an operand is no fp32 matrix of known shape.";
        }

        if (group.Residual is not null)
        {
            return "a residual is added by a step of its own.";
        }

        context.Builder.Call(group.Layer, "MatMul.Batched", ("a", Sizes.Plain(context, node.Input(0)!)), ("b", Sizes.Plain(context, node.Input(1)!)),
            ("bias", group.Bias is { } bias ? context.Builder.Of(bias) : null), ("c", context.Builder.Define(group.Output)), ("aShape", a), ("bShape", b),
            ("activation", group.Activation), ("alpha", group.Alpha), ("beta", group.Beta));
        return null;
    }
}
