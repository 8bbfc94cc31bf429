using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Joins tensors along an axis.</summary>
internal sealed class Concatenation : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["CONCATENATION"];

    public override string OnnxOf(string name) => "Concat";

    public override void Read(NodeReader node) => node.OutActivated(node.B.Add("Concat", node.All(), ("axis", (long)node.Options.Int32(0))), 1);
}
