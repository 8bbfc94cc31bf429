using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Derivatives of a value of the graph by others, as nodes: reverse differentiation of the operators between them.</summary>
internal sealed class GradientNodes : IExpansion
{
    /// <summary>Derivatives by a node's inputs, from the one by its output; null for an input without one.</summary>
    private delegate Value?[]? Rule(ExpansionContext context, Node node, Value gradient);

    private static readonly Dictionary<string, Rule> s_rules = new(StringComparer.Ordinal)
    {
        ["Identity"] = (_, _, g) => [g],
        ["Add"] = (c, n, g) => [Like(c, g, n, 0), Like(c, g, n, 1)],
        ["Sub"] = (c, n, g) => [Like(c, g, n, 0), Like(c, c.Add("Neg", [g]), n, 1)],
        ["Mul"] = (c, n, g) => [Like(c, c.Add("Mul", [g, n.Input(1)]), n, 0), Like(c, c.Add("Mul", [g, n.Input(0)]), n, 1)],
        ["Div"] = (c, n, g) =>
        [
            Like(c, c.Add("Div", [g, n.Input(1)]), n, 0), Like(c, c.Add("Neg", [c.Add("Div", [c.Add("Mul", [g, n.Output(0)]), n.Input(1)])]), n, 1),
        ],
        ["Neg"] = (c, _, g) => [c.Add("Neg", [g])],
        ["Exp"] = (c, n, g) => [c.Add("Mul", [g, n.Output(0)])],
        ["Log"] = (c, n, g) => [c.Add("Div", [g, n.Input(0)])],
        ["Sqrt"] = (c, n, g) => [c.Add("Div", [g, c.Add("Add", [n.Output(0), n.Output(0)])])],
        ["Tanh"] = (c, n, g) => [c.Add("Sub", [g, c.Add("Mul", [g, c.Add("Mul", [n.Output(0), n.Output(0)])])])],
        ["Sigmoid"] = (c, n, g) => [c.Add("Mul", [g, c.Add("Sub", [n.Output(0), c.Add("Mul", [n.Output(0), n.Output(0)])])])],
        ["Relu"] = (c, n, g) => [c.Add("Where", [c.Add("Greater", [n.Input(0), c.Number(0, c.ElementOf(n.Input(0)))]), g, c.Number(0, c.ElementOf(n.Input(0)))])],
        ["MatMul"] = (c, n, g) => c.ShapeOf(n.Input(0)) is { Rank: 2 } && c.ShapeOf(n.Input(1)) is { Rank: 2 }
            ? [c.Add("MatMul", [g, Transposed(c, n.Input(1)!)]), c.Add("MatMul", [Transposed(c, n.Input(0)!), g])]
            : null,
    };

    /// <inheritdoc/>
    public string Domain => "ai.onnx.preview.training";

    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["Gradient"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        string[] xs = node.Attributes.GetValueOrDefault("xs") is StringsAttribute names ? [.. names.Texts] : [];
        if (context.Find(node.GetString("y")) is not { } y || xs.Length == 0 || xs.Where((x, i) => node.Input(i)?.Name != x).Any())
        {
            return "its values are not those of the graph.";
        }

        var wanted = new HashSet<Value>(node.Inputs.Take(xs.Length).OfType<Value>(), ReferenceEqualityComparer.Instance);
        var gradients = new Dictionary<Value, Value>(ReferenceEqualityComparer.Instance)
        {
            [y] = context.Add("ConstantOfShape", [context.Add("Shape", [y])], ("value", new TensorAttribute(TensorData.Create<float>(ElementType.Float32, [1], [1])))),
        };
        if (context.ElementOf(y) is var type && type != ElementType.Float32)
        {
            gradients[y] = context.Cast(gradients[y], type);
        }

        HashSet<Value> dependent = Dependent(context, wanted);
        foreach (Node producer in context.Before().Reverse())
        {
            if (producer.Output(0) is not { } output || wanted.Contains(output) || !gradients.TryGetValue(output, out Value? gradient) || !dependent.Contains(output))
            {
                continue;
            }

            if (producer.Domain.Length > 0 || !s_rules.TryGetValue(producer.OpType, out Rule? rule) || rule(context, producer, gradient) is not { } parts)
            {
                context.Nodes.Clear();
                return $"there is no rule for {producer.DisplayName}.";
            }

            for (int i = 0; i < parts.Length; i++)
            {
                if (producer.Input(i) is { } input && parts[i] is { } part)
                {
                    gradients[input] = gradients.TryGetValue(input, out Value? sum) ? context.Add("Add", [sum, part]) : part;
                }
            }
        }

        for (int i = 0; i < xs.Length; i++)
        {
            Value x = node.Input(i)!;
            context.Give(i, gradients.TryGetValue(x, out Value? gradient) ? gradient : context.Add("Sub", [x, x]));
        }

        return null;
    }

    // All values that depend on the wanted ones.
    private static HashSet<Value> Dependent(ExpansionContext context, HashSet<Value> wanted)
    {
        var dependent = new HashSet<Value>(wanted, ReferenceEqualityComparer.Instance);
        foreach (Node node in context.Before())
        {
            if (node.Inputs.OfType<Value>().Any(dependent.Contains))
            {
                dependent.UnionWith(node.Outputs.OfType<Value>());
            }
        }

        return dependent;
    }

    private static Value Transposed(ExpansionContext context, Value x) => context.Add("Transpose", [x], ("perm", new IntsAttribute([1, 0])));

    // Sums over the dimensions along which an input was stretched.
    private static Value? Like(ExpansionContext context, Value gradient, Node node, int input)
    {
        Value x = node.Input(input)!;
        if (context.ShapeOf(x) is { } shape && context.ShapeOf(node.Output(0)) is { } whole && shape.Equals(whole) && shape.All(d => !d.IsUnknown))
        {
            return gradient;
        }

        // Stretched dimensions are those where the sizes differ; their sum over axes that are known only when the model runs.
        Value sizes = context.Add("Shape", [x]);
        Value target = context.Add("Shape", [gradient]);
        Value missing = context.Add("Sub", [context.Add("Size", [target]), context.Add("Size", [sizes])]);
        Value ones = context.Add("Expand", [context.Integer(1), context.Add("Unsqueeze", [missing, context.Integers(0)])]);
        Value aligned = context.Add("Concat", [ones, sizes], ("axis", new IntAttribute(0)));
        Value different = context.Add("Not", [context.Add("Equal", [aligned, target])]);
        Value axes = context.Add("Squeeze", [context.Add("NonZero", [different]), context.Integers(0)]);
        Value summed = context.Add("ReduceSum", [gradient, axes], ("keepdims", new IntAttribute(1)), ("noop_with_empty_axes", new IntAttribute(1)));
        return context.Add("Reshape", [summed, sizes]);
    }
}
