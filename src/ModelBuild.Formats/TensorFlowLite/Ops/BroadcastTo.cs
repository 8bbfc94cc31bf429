using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Repeats along dimensions of size 1.</summary>
internal sealed class BroadcastTo : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["BROADCAST_TO"];

    public override string OnnxOf(string name) => "Expand";

    public override void Read(NodeReader node) => node.Out(node.B.Add("Expand", [node.In(0), node.Int64List(1)]));
}
