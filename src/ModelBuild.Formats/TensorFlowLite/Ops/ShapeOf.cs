using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>A tensor's dimensions, or their number.</summary>
internal sealed class ShapeOf : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SHAPE", "RANK"];

    public override string OnnxOf(string name) => "Shape, Size";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value shape = b.Add("Shape", [node.Stored(0)]);
        node.Out(b.Cast(node.Name == "RANK" ? b.Add("Size", [shape]) : shape, node.OutputTensor().Type.ToElementType()));
    }
}
