using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Indices as vectors.</summary>
internal sealed class OneHot : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["ONE_HOT"];

    public override string OnnxOf(string name) => "OneHot";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value values = b.Add("Concat", [b.Reshape(node.In(3), 1), b.Reshape(node.In(2), 1)], ("axis", 0L));

        // ONNX counts negative indices from the end, TensorFlow has no element for them: an index past the end has none in either.
        Value depth = node.Int64List(1);
        Value indices = node.Int64(0);
        indices = b.Add("Where", [b.Add("Less", [indices, b.Integer(0)]), depth, indices]);
        node.Out(b.Add("OneHot", [indices, depth, values], ("axis", (long)node.Options.Int32(0))));
    }
}
