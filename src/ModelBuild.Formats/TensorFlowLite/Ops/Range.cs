using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Numbers from a start, by a step, below a limit.</summary>
internal sealed class Range : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["RANGE"];

    public override string OnnxOf(string name) => "Range";

    public override void Read(NodeReader node) => node.Out(node.B.Add("Range", Enumerable.Range(0, 3).Select(i => (Value?)(node.B.RankOf(node.In(i)) == 0 ? node.In(i) : node.B.Add("Squeeze", [node.In(i)])))));
}
