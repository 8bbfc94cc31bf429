using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;

namespace ModelBuild.Lowering.Rules;

/// <summary>Transpositions of tensors of known shape whose elements are whole bytes.</summary>
internal sealed class TransposeRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "Transpose")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (node.Input(0) is not { } x || context.Builder.TensorTypeOf(x) is not (var type, { } shape) || context.Builder.TensorTypeOf(group.Output).Shape is null || type.BitSize() is not (8 or 16 or 32 or 64))
        {
            return "the input is of unknown shape, or its elements are no whole bytes.";
        }

        IReadOnlyList<long> perm = node.GetInts("perm") ?? [.. Enumerable.Range(0, shape.Rank).Reverse().Select(i => (long)i)];
        if (!perm.Order().SequenceEqual(Enumerable.Range(0, shape.Rank).Select(i => (long)i)))
        {
            return "perm is no permutation.";
        }

        context.Builder.Call(group.Layer, "Transpose.Run", ("x", Sizes.Plain(context, x)), ("y", context.Builder.Define(group.Output)), ("elementSize", type.BitSize() / 8), ("shape", shape), ("perm", perm));
        return null;
    }
}
