using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Sums of neighbouring rows that have the same segment number.</summary>
internal sealed class SegmentSum : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SEGMENT_SUM"];

    public override string OnnxOf(string name) => "ConstantOfShape, ScatterND";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.In(0);
        Value segments = node.Int64(1);
        Value count = b.Add("Add", [b.Add("ReduceMax", [segments, b.Integers(0)], ("keepdims", 1L)), b.Integers(1)]);
        Value shape = b.Add("Concat", [count, b.Add("Shape", [x], ("start", 1L))], ("axis", 0L));
        Value zeros = b.Add("ConstantOfShape", [shape], ("value", GraphBuilder.Scalar(0, b.ElementOf(x)).Reshape(1)));
        node.Out(b.Add("ScatterND", [zeros, b.Unsqueeze(segments, 1), x], ("reduction", "add")));
    }
}
