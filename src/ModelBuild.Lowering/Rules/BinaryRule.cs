using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Functions of two fp32 elements, with operands repeated along dimensions of size one.</summary>
internal sealed class BinaryRule : ILoweringRule
{
    private static readonly Dictionary<string, string> s_functions = new(StringComparer.Ordinal)
    {
        ["Add"] = "Add",
        ["Sub"] = "Subtract",
        ["Mul"] = "Multiply",
        ["Div"] = "Divide",
        ["PRelu"] = "PRelu",
    };

    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [.. s_functions.Keys.Select(o => ("", o))];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        PlanBuilder builder = context.Builder;
        if (node.Input(0) is not { } x || node.Input(1) is not { } y || builder.TensorTypeOf(x) is not (ElementType.Float32, { } xShape)
            || builder.TensorTypeOf(y) is not (ElementType.Float32, { } yShape) || builder.TensorTypeOf(group.Output).Shape is not { } shape)
        {
            return "an operand is not fp32 of known shape.";
        }

        string structure = s_functions[node.OpType];
        if (BlockedElementwise.TryBinary(context, group, x, y, structure))
        {
            return null;
        }

        context.Flush([x, y]);
        Dimension length = Sizes.Product(shape);
        if (xShape.Equals(yShape) && builder.IsKnown(length))
        {
            builder.Call(group.Layer, $"Elementwise.Binary<Operations.{structure}>", ("x", builder.Of(x)), ("y", builder.Of(y)), ("z", builder.Define(group.Output)), ("length", length));
            return null;
        }

        builder.Call(group.Layer, $"Elementwise.Broadcast<Operations.{structure}>", ("x", builder.Of(x)), ("y", builder.Of(y)), ("z", builder.Define(group.Output)), ("xShape", xShape), ("yShape", yShape));
        return null;
    }
}
