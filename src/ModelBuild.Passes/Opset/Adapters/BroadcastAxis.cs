using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Before version 7 the second operand was aligned with the first at <c>axis</c>; since then both are aligned at their last dimensions, so trailing dimensions of one are appended to the second.</summary>
internal sealed class BroadcastAxis : IOpsetAdapter
{
    private static readonly string[] s_operators = ["Add", "And", "Div", "Equal", "Greater", "Less", "Mul", "Or", "Pow", "Sub", "Xor"];

    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => s_operators.Select(op => (op, 7));

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        bool isBroadcast = node.GetInt("broadcast") != 0;
        long? axis = node.Attributes.ContainsKey("axis") ? node.GetInt("axis") : null;
        node.Attributes.Remove("broadcast");
        node.Attributes.Remove("axis");
        if (!isBroadcast || axis is not { } start)
        {
            return;
        }

        Value first = node.Input(0) ?? throw context.Fail("it lacks its first input");
        Value second = node.Input(1) ?? throw context.Fail("it lacks its second input");
        int? firstRank = context.RankOf(first);
        int? secondRank = context.RankOf(second);
        if (secondRank == 0 || (start < 0 && secondRank is { } r && start == -r))
        {
            return;
        }

        if (firstRank is { } rank && secondRank is { } inner)
        {
            long trailing = rank - (start < 0 ? start + rank : start) - inner;
            if (trailing < 0)
            {
                throw context.Fail($"its axis {start} does not fit operands of {rank} and {inner} dimensions");
            }

            if (trailing > 0)
            {
                IEnumerable<long> axes = Enumerable.Range(inner, (int)trailing).Select(i => (long)i);
                context.SetInput(1, context.Before("Unsqueeze", [second, context.Constant("axes", [.. axes])], "aligned"));
            }

            return;
        }

        context.SetInput(1, AppendDimensions(context, first, second, start));
    }

    /// <summary>Computes the number of trailing dimensions when the model runs.</summary>
    private static Value AppendDimensions(AdapterContext context, Value first, Value second, long axis)
    {
        Value one = context.Constant("one", [1]);
        Value shape = context.Before("Shape", [second], "shape");
        Value used = context.Before("Shape", [shape], "rank");
        Value trailing = context.Constant("axis", [-axis]);
        if (axis >= 0)
        {
            Value all = context.Before("Shape", [context.Before("Shape", [first], "shape")], "rank");
            trailing = context.Before("Add", [all, trailing], "from_axis");
        }

        Value count = context.Before("Sub", [trailing, used], "trailing");
        Value ones = context.Before("Expand", [one, count], "ones");
        return context.Before("Reshape", [second, context.Before("Concat", [shape, ones], "aligned_shape", ("axis", new IntAttribute(0)))], "aligned");
    }
}
