using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>One of two values by a condition.</summary>
internal sealed class Selection : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SELECT", "SELECT_V2"];

    public override string OnnxOf(string name) => "Where";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value condition = node.In(0);
        Value x = node.In(1);

        // SELECT's condition of one dimension chooses whole rows; SELECT_V2 broadcasts.
        if (node.Name == "SELECT" && b.RankOf(condition) == 1 && b.RankOf(x) is > 1 and var rank)
        {
            condition = b.Unsqueeze(condition, [.. Enumerable.Range(1, rank - 1).Select(i => (long)i)]);
        }

        node.Out(b.Add("Where", [condition, x, node.In(2)]));
    }
}
