using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Transposed convolution: output shape, weights OHWI, input NHWC.</summary>
internal sealed class TransposeConv : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["TRANSPOSE_CONV"];

    public override string OnnxOf(string name) => "ConvTranspose";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.ToChannelsFirst(node.In(2));
        Shape input = b.ShapeOf(x)!;
        Shape weights = b.ShapeOf(node.In(1)) is { Rank: 4 } w ? w : throw NodeReader.Unsupported("its weights must have 4 dimensions");
        long[] sizes = OutputSizes(node);
        long[] strides = [node.Options.Int32(2), node.Options.Int32(1)];
        int scheme = node.Options.SByte(0);
        var pads = new long[4];
        var extra = new long[2];
        for (int i = 0; i < 2; i++)
        {
            long window = weights[1 + i].Value;
            long before = scheme == Padding.Same ? Padding.Total(sizes[i], window, strides[i], 1) / 2 : 0;
            if (!input[2 + i].IsFixed)
            {
                throw NodeReader.Unsupported("the height and width of its input must be known");
            }

            // What the windows cover, less what the output keeps.
            long behind = ((input[2 + i].Value - 1) * strides[i]) + window - before - sizes[i];
            pads[i] = before;
            pads[2 + i] = Math.Max(0, behind);
            extra[i] = Math.Max(0, -behind);
        }

        Value y = b.Add("ConvTranspose", [x, node.Weights(1, 3, 0, 1, 2), node.Bias(3)], ("strides", strides), ("pads", pads), ("output_padding", extra), ("kernel_shape", new[] { weights[1].Value, weights[2].Value }));
        node.Out(node.ToChannelsLast(node.Activate(y, node.Options.SByte(3))));
    }

    // The batch may be computed; height and width must not be.
    private static long[] OutputSizes(NodeReader node)
    {
        IReadOnlyList<Dimension>? known = node.Known(0) is { } constants
            ? [.. constants.Select(c => c >= 0 ? Dimension.Fixed(c) : Dimension.Unknown)]
            : node.B.SizesOf(node.Stored(0));
        int[] exported = node.OutputTensor().Sizes;
        return known is { Count: 4 } && known[1].IsFixed && known[2].IsFixed ? [known[1].Value, known[2].Value]
            : exported.Length == 4 && node.OutputTensor().Signature is var s && (s.Length == 0 || (s.Length == 4 && s[1] > 0 && s[2] > 0)) ? [exported[1], exported[2]]
            : throw NodeReader.Unsupported("the height and width of its output must be constants");
    }
}
