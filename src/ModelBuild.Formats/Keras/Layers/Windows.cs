using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Windows that slide over spatial axes, as convolutions and pooling share them.</summary>
internal static class Windows
{
    /// <summary>Attributes for the padding of a window.</summary>
    /// <param name="c">The layer.</param>
    /// <param name="x">Input with channels at axis 1.</param>
    /// <param name="kernel">Sizes of the window.</param>
    /// <param name="strides">Steps.</param>
    /// <param name="dilations">Distances between elements.</param>
    /// <returns>Explicit pads where the sizes are known, else ONNX's SAME_UPPER, which is Keras' rule too.</returns>
    public static (string Name, AttributeValue Value)[] Padding(LayerContext c, Value x, long[] kernel, long[] strides, long[] dilations)
    {
        string padding = c.Config.Text("padding", c.Config.Text("border_mode", "valid"));
        int rank = kernel.Length;
        var pads = new long[2 * rank];
        switch (padding)
        {
            case "valid":
                return [];
            case "causal":
                LayerContext.Require(rank == 1, "causal padding is one of sequences");
                return [("pads", new[] { (kernel[0] - 1) * dilations[0], 0 })];
            case "same":
                // A step of 1 needs no size; a window of 1 needs no padding.
                bool known = true;
                for (int i = 0; i < rank; i++)
                {
                    long extent = ((kernel[i] - 1) * dilations[i]) + 1;
                    long size = c.SizeOf(x, i + 2);
                    long total = strides[i] == 1 ? extent - 1
                        : size < 0 ? -1
                        : Math.Max(0, (((size + strides[i] - 1) / strides[i] - 1) * strides[i]) + extent - size);
                    known &= total >= 0;
                    pads[i] = total / 2;
                    pads[i + rank] = total - (total / 2);
                }

                return known ? [("pads", pads)] : [("auto_pad", "SAME_UPPER")];
            default:
                throw new UnsupportedOperatorException($"padding '{padding}' is none of valid, same and causal");
        }
    }

    /// <summary>Number of spatial axes by the class's name, such as 2 for <c>Conv2D</c>.</summary>
    public static int Rank(string className) => className.Contains('3', StringComparison.Ordinal) ? 3 : className.Contains('2', StringComparison.Ordinal) ? 2 : 1;

    /// <summary>Order of the axes of a convolution's weights: Keras has space, inputs, outputs; ONNX outputs, inputs, space.</summary>
    public static int[] KernelOrder(int rank) => [rank + 1, rank, .. Enumerable.Range(0, rank)];
}
