using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.ControlFlow;

/// <summary><c>Loop</c>: values carried from one iteration to the next, results of iterations stacked.</summary>
internal static class LoopLowering
{
    public static void Lower(LoweringContext context, Node node)
    {
        PlanBuilder builder = context.Builder;
        Graph body = ControlFlowLowering.GraphOf(node, "body");
        string layer = node.DisplayName;
        int carriedCount = Math.Max(0, node.Inputs.Count - 2);
        PlanDraft? tripCount = node.Input(0) is { } trip ? builder.Of(trip) : null;
        PlanDraft iteration = builder.Define(body.Inputs[0]);

        // The condition is kept apart from the body's input, because the body's output replaces it.
        PlanDraft condition = builder.Temporary("condition", ElementType.Bool, Shape.Scalar);
        PlanDraft initial = node.Input(1) is { } given ? builder.Of(given) : builder.Constant(True, "true");
        builder.Call(layer, "Loops.Assign", ("x", Scalar(builder, layer, initial)), ("y", condition));
        builder.Bind(body.Inputs[1], condition);

        var carried = new List<PlanDraft>();
        for (int i = 0; i < carriedCount; i++)
        {
            PlanDraft value = builder.Define(body.Inputs[i + 2]);
            builder.Call(layer, "Loops.Assign", ("x", builder.Of(node.Inputs[i + 2]!)), ("y", value));
            carried.Add(value);
        }

        List<PlanDraft?> stacks = Stacks.Begin(builder, layer, node.Outputs.Skip(carriedCount), body.Outputs.Skip(carriedCount + 1));
        EquatableArray<PlanStatement> statements = builder.Nested(() =>
        {
            context.LowerNodes(body);
            context.Flush(body.Outputs);
            Stacks.Append(builder, layer, stacks, body.Outputs.Skip(carriedCount + 1), iteration);
            Carry(builder, layer, carried, [.. body.Outputs.Skip(1).Take(carriedCount).Select(builder.Of)], (condition, builder.Of(body.Outputs[0])));
        });
        builder.Add(new PlanLoop(layer, tripCount?.Index ?? PlanArgument.Absent, condition.Index, iteration.Index, statements));
        for (int i = 0; i < carriedCount; i++)
        {
            if (node.Output(i) is { } output)
            {
                builder.Call(layer, "Loops.Assign", ("x", carried[i]), ("y", builder.Define(output)));
            }
        }
    }

    /// <summary>Gives the values of the next iteration to those that the body reads.</summary>
    public static void Carry(PlanBuilder builder, string layer, List<PlanDraft> targets, List<PlanDraft> sources, (PlanDraft Target, PlanDraft Source)? condition)
    {
        // A body may swap two values: what is overwritten before it is read is saved first.
        for (int i = 0; i < sources.Count; i++)
        {
            if (targets.Take(i).Any(t => t == sources[i] || t == sources[i].Root))
            {
                PlanDraft saved = builder.Temporary("saved", sources[i].Kind, sources[i].ElementType);
                builder.Call(layer, "Loops.Assign", ("x", sources[i]), ("y", saved));
                sources[i] = saved;
            }
        }

        if (condition is { } c && c.Target != c.Source)
        {
            builder.Call(layer, "Loops.Assign", ("x", Scalar(builder, layer, c.Source)), ("y", c.Target));
        }

        for (int i = 0; i < sources.Count; i++)
        {
            if (targets[i] != sources[i])
            {
                builder.Call(layer, "Loops.Assign", ("x", sources[i]), ("y", targets[i]));
            }
        }
    }

    private static TensorData True => TensorData.Create<byte>(ElementType.Bool, [], [1]);

    // A condition may be a tensor of one element.
    private static PlanDraft Scalar(PlanBuilder builder, string layer, PlanDraft draft)
    {
        if (draft.Shape is { Rank: 0 })
        {
            return draft;
        }

        PlanDraft scalar = builder.Temporary("condition", ElementType.Bool, Shape.Scalar);
        builder.Call(layer, "Loops.Scalar", ("x", draft), ("y", scalar));
        return scalar;
    }
}
