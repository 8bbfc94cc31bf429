using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Distinct elements in order of appearance, and where each element is among them.</summary>
internal sealed class Unique : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["UNIQUE"];

    public override string OnnxOf(string name) => "Unique";

    public override void Read(NodeReader node)
    {
        Value[] outputs = node.B.AddMany("Unique", [node.In(0)], 3, ("sorted", 0L));
        node.Out(outputs[0], 0);
        node.Out(node.B.Cast(outputs[2], node.OutputTensor(1).Type.ToElementType()), 1);
    }
}
