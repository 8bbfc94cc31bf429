using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Maximum and average over windows.</summary>
internal sealed class Pooling : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } =
    [
        "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
        "MaxPool1D", "MaxPool2D", "MaxPool3D", "AvgPool1D", "AvgPool2D", "AvgPool3D",
    ];

    public override string Onnx => "MaxPool, AveragePool";

    public override Value[] Read(LayerContext c)
    {
        int rank = Windows.Rank(c.ClassName);
        LayerContext.Require(c.Rank == rank + 2, $"its input has {c.Rank} dimensions, not {rank + 2}");
        long[] sizes = c.Config.Sizes(rank == 1 && c.Config.Has("pool_length") ? "pool_length" : "pool_size", rank, 2);
        long[] strides = c.Config.Has("strides") ? c.Config.Sizes("strides", rank) : sizes;
        Value x = c.ToChannelsFirst(c.Float);
        string op = c.ClassName.StartsWith("Max", StringComparison.Ordinal) ? "MaxPool" : "AveragePool";

        // An average never counts padding.
        return [c.FromChannelsFirst(c.B.Add(op, [x], [.. Windows.Padding(c, x, sizes, strides, [.. sizes.Select(_ => 1L)]), ("kernel_shape", sizes), ("strides", strides)]))];
    }
}
