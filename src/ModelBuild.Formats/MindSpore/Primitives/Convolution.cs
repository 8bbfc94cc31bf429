using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Convolutions. Pads are in the order top, bottom, left, right; ONNX has all starts before all ends.</summary>
internal sealed class Convolution : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Conv2D", "Conv"), ("Conv3D", "Conv"), ("DepthwiseConv2dNative", "Conv")];

    public override MindValue Read(PrimitiveCall call)
    {
        call.RequireChannelsFirst();
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        Value weight = call.Tensor(1);
        int spatial = call.Rank(weight) - 2;
        long group = call.Int("group", -1, call.Int("groups", -1, 1));
        if (call.Primitive == "DepthwiseConv2dNative")
        {
            // The weight is [multiplier, channels, h, w]; ONNX wants [channels * multiplier, 1, h, w] with a channel's filters together.
            long[] sizes = b.ShapeOf(weight) is { IsFixed: true } s ? [.. s.Select(d => d.Value)] : throw new UnsupportedOperatorException("the size of its weight is not known");
            group = sizes[1];
            weight = b.Reshape(b.Transpose(weight, 1, 0, 2, 3), group * sizes[0], 1, sizes[2], sizes[3]);
        }

        Windows.Attributes windows = Windows.Read(call, spatial, "stride");
        return call.Emit("Conv", [x, weight, call.Primitive == "Conv2D" ? call.OptionalTensor(2) : null], [.. windows.All, ("group", group)]);
    }
}
