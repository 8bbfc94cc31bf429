using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Adds slices into zeros by index vectors.</summary>
internal sealed class ScatterNd : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SCATTER_ND"];

    public override string OnnxOf(string name) => "ConstantOfShape, ScatterND";

    public override void Read(NodeReader node)
    {
        Value updates = node.In(1);
        Value zeros = node.B.Add("ConstantOfShape", [node.Int64List(2)], ("value", GraphBuilder.Scalar(0, node.B.ElementOf(updates)).Reshape(1)));
        node.Out(node.B.Add("ScatterND", [zeros, node.Int64(0), updates], ("reduction", "add")));
    }
}
