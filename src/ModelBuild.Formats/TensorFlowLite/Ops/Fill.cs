using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>A tensor of one value.</summary>
internal sealed class Fill : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["FILL"];

    public override string OnnxOf(string name) => "Expand";

    public override void Read(NodeReader node) => node.Out(node.B.Add("Expand", [node.In(1), node.Int64List(0)]));
}
