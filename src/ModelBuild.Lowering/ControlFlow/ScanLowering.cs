using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.ControlFlow;

/// <summary><c>Scan</c> (version 9 and above): a loop over slices of inputs.</summary>
internal static class ScanLowering
{
    public static void Lower(LoweringContext context, Node node)
    {
        PlanBuilder builder = context.Builder;
        Graph body = ControlFlowLowering.GraphOf(node, "body");
        string layer = node.DisplayName;
        int scanned = checked((int)node.GetInt("num_scan_inputs"));
        int states = body.Inputs.Count - scanned;
        if (scanned < 1 || states < 0 || node.Inputs.Count != body.Inputs.Count || body.Outputs.Count < states)
        {
            throw new ModelException("MB1002", $"{layer} has {node.Inputs.Count} inputs and {scanned} scan inputs, and its body has {body.Inputs.Count} inputs.");
        }

        PlanDraft iteration = builder.Temporary("iteration", ElementType.Int64, Shape.Scalar);
        PlanDraft tripCount = builder.Temporary("length", ElementType.Int64, Shape.Scalar);
        builder.Call(layer, "Loops.Dimension", ("x", builder.Of(node.Inputs[states]!)), ("y", tripCount), ("axis", At(node, "scan_input_axes", 0)));
        var carried = new List<PlanDraft>();
        for (int i = 0; i < states; i++)
        {
            PlanDraft value = builder.Define(body.Inputs[i]);
            builder.Call(layer, "Loops.Assign", ("x", builder.Of(node.Inputs[i]!)), ("y", value));
            carried.Add(value);
        }

        List<PlanDraft?> stacks = Stacks.Begin(builder, layer, node.Outputs.Skip(states), body.Outputs.Skip(states));
        EquatableArray<PlanStatement> statements = builder.Nested(() =>
        {
            for (int i = 0; i < scanned; i++)
            {
                builder.Call(layer, "Loops.Slice", ("x", builder.Of(node.Inputs[states + i]!)), ("iteration", iteration), ("y", builder.Define(body.Inputs[states + i])),
                    ("axis", At(node, "scan_input_axes", i)), ("reverse", At(node, "scan_input_directions", i) == 1));
            }

            context.LowerNodes(body);
            context.Flush(body.Outputs);
            Stacks.Append(builder, layer, stacks, body.Outputs.Skip(states), iteration);
            LoopLowering.Carry(builder, layer, carried, [.. body.Outputs.Take(states).Select(builder.Of)], null);
        });
        builder.Add(new PlanLoop(layer, tripCount.Index, PlanArgument.Absent, iteration.Index, statements));
        Finish(builder, node, carried, stacks);
    }

    private static void Finish(PlanBuilder builder, Node node, List<PlanDraft> carried, List<PlanDraft?> stacks)
    {
        for (int i = 0; i < carried.Count; i++)
        {
            if (node.Output(i) is { } output)
            {
                builder.Call(node.DisplayName, "Loops.Assign", ("x", carried[i]), ("y", builder.Define(output)));
            }
        }

        for (int i = 0; i < stacks.Count; i++)
        {
            long axis = At(node, "scan_output_axes", i);
            bool reverse = At(node, "scan_output_directions", i) == 1;
            if (stacks[i] is { } stack && (axis != 0 || reverse))
            {
                builder.Call(node.DisplayName, "ControlFlow.MoveFirst", ("x", stack), ("y", builder.Define(node.Outputs[carried.Count + i]!)), ("axis", axis), ("reverse", reverse));
            }
        }
    }

    private static long At(Node node, string attribute, int index) => node.GetInts(attribute) is { } list && index < list.Count ? list[index] : 0;
}
