using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.ControlFlow;

/// <summary><c>SequenceMap</c>: a loop over the entries of a sequence; other inputs are sequences of the same length or the same tensor every time.</summary>
internal static class SequenceMapLowering
{
    public static void Lower(LoweringContext context, Node node)
    {
        PlanBuilder builder = context.Builder;
        Graph body = ControlFlowLowering.GraphOf(node, "body");
        string layer = node.DisplayName;
        PlanDraft iteration = builder.Temporary("iteration", ElementType.Int64, Shape.Scalar);
        PlanDraft tripCount = builder.Temporary("length", ElementType.Int64, Shape.Scalar);
        builder.Call(layer, "Loops.Count", ("sequence", builder.Of(node.Inputs[0]!)), ("y", tripCount));
        List<PlanDraft?> results = [.. node.Outputs.Select(o => o is null ? null : builder.Define(o))];
        foreach (PlanDraft? result in results)
        {
            if (result is not null)
            {
                builder.Call(layer, "Loops.Begin", ("y", result));
            }
        }

        EquatableArray<PlanStatement> statements = builder.Nested(() =>
        {
            for (int i = 0; i < body.Inputs.Count; i++)
            {
                PlanDraft source = builder.Of(node.Inputs[i]!);
                if (source.Kind == PlanValueKind.Sequence)
                {
                    builder.Call(layer, "Loops.Entry", ("sequence", source), ("iteration", iteration), ("y", builder.Define(body.Inputs[i])));
                }
                else
                {
                    builder.Bind(body.Inputs[i], source);
                }
            }

            context.LowerNodes(body);
            context.Flush(body.Outputs);
            for (int i = 0; i < results.Count; i++)
            {
                if (results[i] is { } result)
                {
                    builder.Call(layer, "Loops.Add", ("item", builder.Of(body.Outputs[i])), ("y", result));
                }
            }
        });
        builder.Add(new PlanLoop(layer, tripCount.Index, PlanArgument.Absent, iteration.Index, statements));
    }
}
