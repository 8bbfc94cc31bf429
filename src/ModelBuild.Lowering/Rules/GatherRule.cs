using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;

namespace ModelBuild.Lowering.Rules;

/// <summary>Rows of a table, such as an embedding, by their numbers.</summary>
internal sealed class GatherRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "Gather")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (node.Input(0) is not { } table || node.Input(1) is not { } indices || context.Builder.TensorTypeOf(table) is not (var type, { Rank: > 0 } shape)
            || context.Builder.TensorTypeOf(indices) is not (ElementType.Int64, { } count) || context.Builder.TensorTypeOf(group.Output).Shape is null || type.BitSize() is not (8 or 16 or 32 or 64))
        {
            return "a shape is not known, or the indices are not 64-bit integers.";
        }

        int axis = Sizes.Axis(node.GetInt("axis"), shape.Rank);
        Dimension outer = Sizes.Product(shape.Take(Math.Max(0, axis))), inner = Sizes.Product(shape.Skip(axis + 1)) * (type.BitSize() / 8), number = Sizes.Product(count);
        if (axis < 0 || !context.Builder.IsKnown(outer) || !context.Builder.IsKnown(inner) || !context.Builder.IsKnown(number))
        {
            return "a size is no formula.";
        }

        context.Builder.Call(group.Layer, "Gather.Rows", ("x", Sizes.Plain(context, table)), ("indices", Sizes.Plain(context, indices)), ("y", context.Builder.Define(group.Output)),
            ("outer", outer), ("rows", shape[axis]), ("count", number), ("rowBytes", inner));
        return null;
    }
}
