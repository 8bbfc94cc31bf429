using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.ControlFlow;

/// <summary>Results of iterations that are stacked along a new first dimension.</summary>
internal static class Stacks
{
    /// <summary>Empty stacks, one for each output that is used.</summary>
    public static List<PlanDraft?> Begin(PlanBuilder builder, string layer, IEnumerable<Value?> outputs, IEnumerable<Value> items)
    {
        var stacks = new List<PlanDraft?>();
        foreach ((Value? output, Value item) in outputs.Zip(items))
        {
            if (output is null)
            {
                stacks.Add(null);
                continue;
            }

            (ElementType type, Shape? shape) = builder.TypeOf(item) is TensorType t ? (t.ElementType, t.Shape) : (ElementType.Float32, null);
            PlanDraft stack = builder.Temporary(output.Name, type, null);
            builder.Call(layer, "ControlFlow.Clear", ("accumulator", stack), ("elementType", (TensorElementType)type),
                ("itemShape", shape?.Select(d => builder.IsKnown(d) ? d : Dimension.Fixed(0)).ToList() ?? []));
            builder.Bind(output, stack);
            stacks.Add(stack);
        }

        return stacks;
    }

    /// <summary>Adds one iteration's results.</summary>
    public static void Append(PlanBuilder builder, string layer, List<PlanDraft?> stacks, IEnumerable<Value> items, PlanDraft iteration)
    {
        foreach ((PlanDraft? stack, Value item) in stacks.Zip(items))
        {
            if (stack is not null)
            {
                builder.Call(layer, "Loops.Append", ("item", builder.Of(item)), ("iteration", iteration), ("accumulator", stack));
            }
        }
    }
}
