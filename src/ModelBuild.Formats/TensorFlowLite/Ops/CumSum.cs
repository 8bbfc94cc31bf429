using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Running sum.</summary>
internal sealed class CumSum : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["CUMSUM"];

    public override string OnnxOf(string name) => "CumSum";

    public override void Read(NodeReader node) => node.Out(node.B.Add(
        "CumSum",
        [node.In(0), node.Stored(1)],
        ("exclusive", node.Options.Bool(0) ? 1L : 0L),
        ("reverse", node.Options.Bool(1) ? 1L : 0L)));
}
