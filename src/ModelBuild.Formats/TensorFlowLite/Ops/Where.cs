using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Coordinates of the elements that are true.</summary>
internal sealed class Where : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["WHERE"];

    public override string OnnxOf(string name) => "NonZero, Transpose";

    public override void Read(NodeReader node) => node.Out(node.B.Transpose(node.B.Add("NonZero", [node.In(0)]), 1, 0));
}
