using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Convolution over NHWC, also depthwise and in groups.</summary>
internal sealed class Conv2D : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["CONV_2D", "DEPTHWISE_CONV_2D"];

    public override string OnnxOf(string name) => "Conv";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        bool isDepthwise = node.Name == "DEPTHWISE_CONV_2D";

        // Behind the depth multiplier the slots of a depthwise convolution are one later.
        int shift = isDepthwise ? 1 : 0;
        Value x = node.ToChannelsFirst(node.In(0));
        Shape input = b.ShapeOf(x) ?? throw NodeReader.Unsupported("its input must have known channels");
        Shape weights = b.ShapeOf(node.In(1)) is { Rank: 4 } w ? w : throw NodeReader.Unsupported("its weights must have 4 dimensions");

        // OHWI, or 1HWC with the multiplier's channels beside each other.
        Value kernel = isDepthwise ? node.Weights(1, 3, 0, 1, 2) : node.Weights(1, 0, 3, 1, 2);
        long channels = input[1].IsFixed ? input[1].Value : isDepthwise ? throw NodeReader.Unsupported("its number of channels must be known") : weights[3].Value;
        long group = isDepthwise ? channels : channels / Math.Max(1, weights[3].Value);
        long[] window = [weights[1].Value, weights[2].Value];
        long[] strides = [node.Options.Int32(2), node.Options.Int32(1)];
        long[] dilations = [node.Options.Int32(5 + shift, 1), node.Options.Int32(4 + shift, 1)];
        (string name, AttributeValue pads) = Padding.Of(node, input, node.Options.SByte(0), window, strides, dilations);
        Value y = b.Add("Conv", [x, kernel, node.Bias(2)], ("kernel_shape", window), ("strides", strides), ("dilations", dilations), ("group", group), (name, pads));
        node.Out(node.ToChannelsLast(node.Activate(y, node.Options.SByte(3 + shift))));
    }
}
