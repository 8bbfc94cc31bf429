using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Convolutions over one to three spatial axes, in groups too.</summary>
internal sealed class Conv : KerasLayer
{
    private static readonly string[] s_names = ["kernel", "bias"];

    public override IReadOnlyList<string> ClassNames { get; } = ["Conv1D", "Conv2D", "Conv3D", "Convolution1D", "Convolution2D", "Convolution3D"];

    public override string Onnx => "Conv";

    public override Value[] Read(LayerContext c)
    {
        int rank = Windows.Rank(c.ClassName);
        LayerContext.Require(c.Rank == rank + 2, $"its input has {c.Rank} dimensions, not {rank + 2}");
        Value x = c.ToChannelsFirst(c.Float);
        Value kernel = c.Weight(s_names, "kernel", rank + 2, w => w.Transpose(Windows.KernelOrder(rank)));
        Value? bias = c.Config.Flag("use_bias", true) ? c.Weight(s_names, "bias", 1) : null;
        long[] strides = c.Config.Sizes("strides", rank);
        long[] dilations = c.Config.Sizes("dilation_rate", rank);
        long[] sizes = [.. Enumerable.Range(0, rank).Select(i => c.SizeOf(kernel, i + 2))];
        Value y = c.B.Add("Conv", [x, kernel, bias],
            [.. Windows.Padding(c, x, sizes, strides, dilations), ("kernel_shape", sizes), ("strides", strides), ("dilations", dilations), ("group", c.Config.Int("groups", 1))]);
        return [c.Activate(c.FromChannelsFirst(y))];
    }
}
