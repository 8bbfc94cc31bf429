using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Transposed convolutions: the gradients of convolutions by their inputs.</summary>
internal sealed class ConvTranspose : KerasLayer
{
    private static readonly string[] s_names = ["kernel", "bias"];

    public override IReadOnlyList<string> ClassNames { get; } = ["Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "Convolution2DTranspose", "Convolution3DTranspose"];

    public override string Onnx => "ConvTranspose";

    public override Value[] Read(LayerContext c)
    {
        int rank = Windows.Rank(c.ClassName);
        LayerContext.Require(c.Rank == rank + 2, $"its input has {c.Rank} dimensions, not {rank + 2}");
        string padding = c.Config.Text("padding", "valid");
        LayerContext.Require(padding is "valid" or "same", $"padding '{padding}' is neither valid nor same");
        Value x = c.ToChannelsFirst(c.Float);

        // Keras: space, outputs, inputs.
        Value kernel = c.Weight(s_names, "kernel", rank + 2, w => w.Transpose(Windows.KernelOrder(rank)));
        Value? bias = c.Config.Flag("use_bias", true) ? c.Weight(s_names, "bias", 1) : null;
        long[] strides = c.Config.Sizes("strides", rank);
        long[] dilations = c.Config.Sizes("dilation_rate", rank);
        long[] sizes = [.. Enumerable.Range(0, rank).Select(i => c.SizeOf(kernel, i + 2))];
        long[]? outputPadding = c.Config.Has("output_padding") ? c.Config.Ints("output_padding") is { Length: 1 } one ? [.. Enumerable.Repeat(one[0], rank)] : c.Config.Ints("output_padding") : null;
        LayerContext.Require(outputPadding is null || outputPadding.Length == rank, "its output padding has another number of axes");
        var pads = new long[2 * rank];
        var added = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            (pads[i], pads[i + rank], added[i]) = Cut(((sizes[i] - 1) * dilations[i]) + 1, strides[i], padding == "same", outputPadding?[i]);
        }

        Value y = c.B.Add("ConvTranspose", [x, kernel, bias],
            ("kernel_shape", sizes), ("strides", strides), ("dilations", dilations), ("pads", pads), ("output_padding", added));
        return [c.Activate(c.FromChannelsFirst(y))];
    }

    /// <summary>
    /// What is cut from the full result of size (n - 1) * stride + extent, and what is added at its end. Keras makes the size n * stride for same padding and
    /// n * stride + max(extent - stride, 0) for valid; with output padding (n - 1) * stride + extent + outputPadding - 2 * cut, where cut is extent / 2 for same.
    /// </summary>
    public static (long Begin, long End, long Added) Cut(long extent, long stride, bool isSame, long? outputPadding)
    {
        long total = outputPadding is { } p ? (isSame ? 2 * (extent / 2) : 0) - p
            : isSame ? extent - stride
            : -Math.Max(stride - extent, 0);
        return total >= 0 ? (total / 2, total - (total / 2), 0) : (0, 0, -total);
    }
}
