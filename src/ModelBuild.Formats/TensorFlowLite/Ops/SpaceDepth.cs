using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Blocks of pixels to channels and back.</summary>
internal sealed class SpaceDepth : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SPACE_TO_DEPTH", "DEPTH_TO_SPACE"];

    public override string OnnxOf(string name) => "SpaceToDepth, DepthToSpace";

    public override void Read(NodeReader node)
    {
        // Both order channels by block row, block column, channel: ONNX's DCR mode.
        Value x = node.ToChannelsFirst(node.In());
        long block = node.Options.Int32(0);
        Value y = node.Name == "SPACE_TO_DEPTH" ? node.B.Add("SpaceToDepth", [x], ("blocksize", block)) : node.B.Add("DepthToSpace", [x], ("blocksize", block), ("mode", "DCR"));
        node.Out(node.ToChannelsLast(y));
    }
}
