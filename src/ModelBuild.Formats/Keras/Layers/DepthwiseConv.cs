using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Convolutions of each channel by itself, and those followed by a mixing of channels.</summary>
internal sealed class DepthwiseConv : KerasLayer
{
    private static readonly string[] s_depthwise = ["depthwise_kernel", "bias"];
    private static readonly string[] s_separable = ["depthwise_kernel", "pointwise_kernel", "bias"];

    public override IReadOnlyList<string> ClassNames { get; } =
        ["DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D", "SeparableConvolution2D"];

    public override string Onnx => "Conv";

    public override Value[] Read(LayerContext c)
    {
        int rank = Windows.Rank(c.ClassName);
        bool isSeparable = c.ClassName.StartsWith("Separable", StringComparison.Ordinal);
        string[] names = isSeparable ? s_separable : c.Instance.Weights.Own.Any(w => w.Name.EndsWith("depthwise_kernel", StringComparison.Ordinal) || w.Name.Contains("depthwise_kernel:", StringComparison.Ordinal))
            ? s_depthwise : ["kernel", "bias"];
        LayerContext.Require(c.Rank == rank + 2, $"its input has {c.Rank} dimensions, not {rank + 2}");
        Value x = c.ToChannelsFirst(c.Float);

        // Keras: space, channels, multiplier; the outputs of one channel are neighbours.
        Value kernel = c.Weight(names, names[0], rank + 2, w =>
            w.Transpose([rank, rank + 1, .. Enumerable.Range(0, rank)]).Reshape([w.Dimensions[rank] * w.Dimensions[rank + 1], 1, .. w.Dimensions[..rank]]));
        long channels = c.WeightData(names, names[0]).Dimensions[rank];
        long[] strides = c.Config.Sizes("strides", rank);
        long[] dilations = c.Config.Sizes("dilation_rate", rank);
        long[] sizes = [.. Enumerable.Range(0, rank).Select(i => c.SizeOf(kernel, i + 2))];
        Value? bias = c.Config.Flag("use_bias", true) ? c.Weight(names, "bias", 1) : null;
        Value y = c.B.Add("Conv", [x, kernel, isSeparable ? null : bias],
            [.. Windows.Padding(c, x, sizes, strides, dilations), ("kernel_shape", sizes), ("strides", strides), ("dilations", dilations), ("group", channels)]);
        if (isSeparable)
        {
            y = c.B.Add("Conv", [y, c.Weight(names, "pointwise_kernel", rank + 2, w => w.Transpose(Windows.KernelOrder(rank))), bias]);
        }

        return [c.Activate(c.FromChannelsFirst(y))];
    }
}
