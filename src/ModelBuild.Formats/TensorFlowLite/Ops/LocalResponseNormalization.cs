using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Local response normalization over channels; TensorFlow counts a radius and doesn't divide alpha.</summary>
internal sealed class LocalResponseNormalization : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["LOCAL_RESPONSE_NORMALIZATION"];

    public override string OnnxOf(string name) => "LRN";

    public override void Read(NodeReader node)
    {
        long size = (2L * node.Options.Int32(0)) + 1;
        Value y = node.B.Add(
            "LRN",
            [node.ToChannelsFirst(node.In())],
            ("size", size),
            ("bias", node.Options.Float(1)),
            ("alpha", node.Options.Float(2) * size),
            ("beta", node.Options.Float(3)));
        node.Out(node.ToChannelsLast(y));
    }
}
