using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Convolution over NDHWC.</summary>
internal sealed class Conv3D : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["CONV_3D"];

    public override string OnnxOf(string name) => "Conv";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.Rank(0) == 5 ? b.Transpose(node.In(0), 0, 4, 1, 2, 3) : throw NodeReader.Unsupported("its input must have 5 dimensions");
        Shape input = b.ShapeOf(x)!;
        Shape weights = b.ShapeOf(node.In(1)) is { Rank: 5 } w ? w : throw NodeReader.Unsupported("its weights must have 5 dimensions");
        long[] window = [weights[0].Value, weights[1].Value, weights[2].Value];
        long[] strides = [node.Options.Int32(1), node.Options.Int32(3), node.Options.Int32(2)];
        long[] dilations = [node.Options.Int32(5, 1), node.Options.Int32(7, 1), node.Options.Int32(6, 1)];
        (string name, AttributeValue pads) = Padding.Of(node, input, node.Options.SByte(0), window, strides, dilations);

        // DHWIO.
        Value y = b.Add("Conv", [x, node.Weights(1, 4, 3, 0, 1, 2), node.Bias(2)], ("strides", strides), ("dilations", dilations), (name, pads));
        node.Out(b.Transpose(node.Activate(y, node.Options.SByte(4)), 0, 2, 3, 4, 1));
    }
}
