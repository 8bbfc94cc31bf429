using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Maximum and average over all of space.</summary>
internal sealed class GlobalPooling : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } =
    [
        "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D",
        "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D", "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalAvgPool3D",
    ];

    public override string Onnx => "ReduceMax, ReduceMean";

    public override Value[] Read(LayerContext c)
    {
        int rank = Windows.Rank(c.ClassName);
        LayerContext.Require(c.Rank == rank + 2, $"its input has {c.Rank} dimensions, not {rank + 2}");
        long[] axes = [.. Enumerable.Range(c.ChannelsLast ? 1 : 2, rank).Select(i => (long)i)];
        bool isMax = c.ClassName.Contains("Max", StringComparison.Ordinal);
        long keeps = c.Config.Flag("keepdims", false) ? 1 : 0;
        if (!isMax && c.Inputs[0].Mask is { } mask)
        {
            // The average of the steps that count: sum(x * mask) / sum(mask).
            Value weights = c.B.Unsqueeze(c.B.Cast(mask, ElementType.Float32), c.ChannelsLast ? 2 : 1);
            Value sum = c.B.Add("ReduceSum", [c.B.Add("Mul", [c.Float, weights]), c.B.Integers(axes)], ("keepdims", keeps));
            return [c.B.Add("Div", [sum, c.B.Add("ReduceSum", [weights, c.B.Integers(axes)], ("keepdims", keeps))])];
        }

        return [c.B.Add(isMax ? "ReduceMax" : "ReduceMean", [c.Float, c.B.Integers(axes)], ("keepdims", keeps))];
    }
}
