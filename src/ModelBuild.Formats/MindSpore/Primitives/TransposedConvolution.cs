using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Transposed convolutions; the third input is the size of the result.</summary>
internal sealed class TransposedConvolution : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Conv2DTranspose", "ConvTranspose"), ("Conv2DBackpropInput", "ConvTranspose"), ("Conv3DTranspose", "ConvTranspose")];

    public override MindValue Read(PrimitiveCall call)
    {
        call.RequireChannelsFirst();
        Value x = call.Tensor(0);
        Value weight = call.Tensor(1);
        int spatial = call.Rank(weight) - 2;
        long group = call.Int("group", -1, call.Int("groups", -1, 1));
        Windows.Attributes windows = Windows.Read(call, spatial, "stride");
        if (spatial == 2 && call.Ints("input_size", 2) is { Length: > 2 } size && windows.Pads is { } pads && call.Builder.ShapeOf(x) is { } shape && Enumerable.Range(0, 2).All(i => shape[2 + i].IsFixed))
        {
            // What the stride leaves open: rows and columns that ONNX adds at the end.
            var extra = new long[spatial];
            for (int i = 0; i < spatial; i++)
            {
                long natural = ((shape[2 + i].Value - 1) * windows.Strides[i]) + ((windows.Kernel[i] - 1) * windows.Dilations[i]) + 1 - pads[i] - pads[i + spatial];
                extra[i] = size[^spatial..][i] - natural;
                if (extra[i] < 0 || extra[i] >= Math.Max(windows.Strides[i], windows.Dilations[i]))
                {
                    throw new UnsupportedOperatorException("the size of its result does not fit stride and pads");
                }
            }

            return call.Emit("ConvTranspose", [x, weight], [.. windows.All, ("group", group), ("output_padding", extra)]);
        }

        return call.Emit("ConvTranspose", [x, weight], [.. windows.All, ("group", group)]);
    }
}
