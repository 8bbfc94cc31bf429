using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Picks slices by index vectors.</summary>
internal sealed class GatherNd : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["GATHER_ND"];

    public override string OnnxOf(string name) => "GatherND";

    public override void Read(NodeReader node) => node.Out(node.B.Add("GatherND", [node.In(0), node.Int64(1)]));
}
