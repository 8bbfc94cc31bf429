using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Branches and loops, whose bodies are subgraphs.</summary>
internal sealed class ControlFlow : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["IF", "WHILE"];

    public override string OnnxOf(string name) => name == "IF" ? "If" : "Loop";

    public override void Read(NodeReader node)
    {
        if (node.Name == "IF")
        {
            ReadIf(node);
        }
        else
        {
            ReadWhile(node);
        }
    }

    private static void ReadIf(NodeReader node)
    {
        Value[] arguments = [.. Enumerable.Range(1, node.InputCount - 1).Select(node.Stored)];
        Graph then = Branch(node, node.Options.Int32(0), arguments, "then");
        Graph otherwise = Branch(node, node.Options.Int32(1), arguments, "else");
        Value[] outputs = node.B.AddMany("If", [node.Stored(0)], node.OutputCount, ("then_branch", then), ("else_branch", otherwise));
        for (int i = 0; i < outputs.Length; i++)
        {
            node.OutStored(outputs[i], i);
        }
    }

    private static Graph Branch(NodeReader node, int index, Value[] arguments, string name)
    {
        GraphBuilder body = node.B.Nested(name);
        Value[] results = Subgraphs.Inline(node, index, body, arguments);
        if (results.Length != node.OutputCount)
        {
            throw node.Damaged("has branches with another number of results");
        }

        for (int i = 0; i < results.Length; i++)
        {
            body.Output(results[i], $"{node.B.Scope}/{name}:{i}");
        }

        return body.Graph;
    }

    private static void ReadWhile(NodeReader node)
    {
        GraphBuilder b = node.B;
        int condition = node.Options.Int32(0);
        Value[] initial = [.. Enumerable.Range(0, node.InputCount).Select(node.Stored)];
        Value first = Scalar(b, Subgraphs.Inline(node, condition, b, initial));
        GraphBuilder body = b.Nested("body");
        body.Input($"{b.Scope}/iteration", ElementType.Int64, Shape.Scalar);
        body.Input($"{b.Scope}/condition", ElementType.Bool, Shape.Scalar);
        TfLiteSubgraph steps = node.Reader.State.File.Subgraph(node.Options.Int32(1));
        if (steps.Inputs.Length != initial.Length || node.OutputCount != initial.Length)
        {
            throw node.Damaged("has a body with another number of variables");
        }

        // A variable may change its shape from one round to the next unless the body says what it is.
        Value[] variables = [.. steps.Inputs.Select((t, i) => body.Input($"{b.Scope}/variable:{i}", b.ElementOf(initial[i]), Declared(steps.Tensors[t])))];
        Value[] results = Subgraphs.Inline(node, node.Options.Int32(1), body, variables);
        Value again = Scalar(body, Subgraphs.Inline(node, condition, body, results));
        body.Output(again, $"{b.Scope}/again");
        for (int i = 0; i < results.Length; i++)
        {
            body.Output(results[i], $"{b.Scope}/next:{i}");
        }

        Value[] outputs = b.AddMany("Loop", [null, first, .. initial], initial.Length, ("body", body.Graph));
        for (int i = 0; i < outputs.Length; i++)
        {
            node.OutStored(outputs[i], i);
        }
    }

    private static Shape? Declared(TfLiteTensor tensor) => tensor.Sizes.Length == 0 && !tensor.HasRank ? null : tensor.Shape;

    private static Value Scalar(GraphBuilder b, Value[] condition) => condition is not [var only] ? throw new ArgumentException("a condition has one result")
        : b.RankOf(only) == 0 ? only : b.Add("Reshape", [only, b.Integers()]);
}
