using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Functions of one fp32 element.</summary>
internal sealed class UnaryRule : ILoweringRule
{
    // Operator, structure of the kernel, and where its parameters come from.
    private static readonly Dictionary<string, (string Structure, string? Alpha, float AlphaDefault, string? Beta, float BetaDefault)> s_functions = new(StringComparer.Ordinal)
    {
        ["Abs"] = ("Abs", null, 0, null, 0),
        ["Ceil"] = ("Ceiling", null, 0, null, 0),
        ["Elu"] = ("Elu", "alpha", 1, null, 0),
        ["Erf"] = ("Erf", null, 0, null, 0),
        ["Exp"] = ("Exp", null, 0, null, 0),
        ["Floor"] = ("Floor", null, 0, null, 0),
        ["HardSigmoid"] = ("HardSigmoid", "alpha", 0.2f, "beta", 0.5f),
        ["HardSwish"] = ("HardSwish", null, 1f / 6, null, 0.5f),
        ["LeakyRelu"] = ("LeakyRelu", "alpha", 0.01f, null, 0),
        ["Log"] = ("Log", null, 0, null, 0),
        ["Neg"] = ("Negate", null, 0, null, 0),
        ["Reciprocal"] = ("Reciprocal", null, 0, null, 0),
        ["Relu"] = ("Relu", null, 0, null, 0),
        ["Sigmoid"] = ("Sigmoid", null, 0, null, 0),
        ["Softplus"] = ("Softplus", null, 0, null, 0),
        ["Sqrt"] = ("Sqrt", null, 0, null, 0),
        ["Tanh"] = ("Tanh", null, 0, null, 0),
    };

    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [.. s_functions.Keys.Append("Gelu").Append("Clip").Select(o => ("", o))];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        PlanBuilder builder = context.Builder;
        if (node.Input(0) is not { } x || builder.TensorTypeOf(x) is not (ElementType.Float32, { } shape) || builder.TensorTypeOf(group.Output).Shape is null)
        {
            return "the input is not fp32 of known shape.";
        }

        Dimension length = Sizes.Product(shape);
        if (!builder.IsKnown(length) || Function(node) is not { } function)
        {
            return "a size or a bound is not known.";
        }

        if (BlockedElementwise.TryUnary(context, group, x, function.Structure, function.Alpha, function.Beta))
        {
            return null;
        }

        context.Flush([x]);
        builder.Call(group.Layer, $"Elementwise.Unary<Operations.{function.Structure}>", ("x", builder.Of(x)), ("y", builder.Define(group.Output)), ("length", length), ("alpha", function.Alpha), ("beta", function.Beta));
        return null;
    }

    private static (string Structure, float Alpha, float Beta)? Function(Node node)
    {
        if (s_functions.TryGetValue(node.OpType, out var f))
        {
            return (f.Structure, f.Alpha is null ? f.AlphaDefault : node.GetFloat(f.Alpha, f.AlphaDefault), f.Beta is null ? f.BetaDefault : node.GetFloat(f.Beta, f.BetaDefault));
        }

        return ActivationNodes.Of(node) is { } activation ? (activation.Activation.ToString(), activation.Alpha, activation.Beta) : null;
    }
}
