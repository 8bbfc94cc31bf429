using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Largest elements of the last dimension and where they are.</summary>
internal sealed class TopK : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["TOPK_V2"];

    public override string OnnxOf(string name) => "TopK";

    public override void Read(NodeReader node)
    {
        Value[] outputs = node.B.AddMany("TopK", [node.In(0), node.Int64List(1)], 2, ("axis", -1L));
        node.Out(outputs[0], 0);
        node.Out(node.B.Cast(outputs[1], node.OutputTensor(1).Type.ToElementType()), 1);
    }
}
