using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Inserts a dimension of size 1.</summary>
internal sealed class ExpandDims : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["EXPAND_DIMS"];

    public override string OnnxOf(string name) => "Unsqueeze";

    public override void Read(NodeReader node) => node.Out(node.B.Add("Unsqueeze", [node.In(0), node.Int64List(1)]));
}
