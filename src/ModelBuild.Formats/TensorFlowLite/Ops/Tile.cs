using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Repeats a tensor along its axes.</summary>
internal sealed class Tile : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["TILE"];

    public override string OnnxOf(string name) => "Tile";

    public override void Read(NodeReader node) => node.Out(node.B.Add("Tile", [node.In(0), node.Int64List(1)]));
}
