using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.ControlFlow;

/// <summary><c>If</c>: both branches write the same values.</summary>
internal static class IfLowering
{
    public static void Lower(LoweringContext context, Node node)
    {
        PlanBuilder builder = context.Builder;
        PlanDraft condition = builder.Of(node.Inputs[0]!);
        List<PlanDraft?> results = [.. node.Outputs.Select(o => o is null ? null : builder.Define(o))];
        EquatableArray<PlanStatement> then = Branch(ControlFlowLowering.GraphOf(node, "then_branch"));
        EquatableArray<PlanStatement> otherwise = Branch(ControlFlowLowering.GraphOf(node, "else_branch"));
        builder.Add(new PlanIf(node.DisplayName, condition.Index, then, otherwise));

        EquatableArray<PlanStatement> Branch(Graph graph) => builder.Nested(() =>
        {
            context.LowerNodes(graph);
            context.Flush(graph.Outputs);
            for (int i = 0; i < results.Count && i < graph.Outputs.Count; i++)
            {
                if (results[i] is { } result)
                {
                    builder.Call(node.DisplayName, "Loops.Assign", ("x", builder.Of(graph.Outputs[i])), ("y", result));
                }
            }
        });
    }
}
