using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Normalization by stored means and variances.</summary>
internal sealed class BatchNormalization : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization"];

    public override string Onnx => "BatchNormalization";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c)
    {
        bool hasScale = c.Config.Flag("scale", true);
        bool hasCenter = c.Config.Flag("center", true);
        string[] names = [.. hasScale ? ["gamma"] : Array.Empty<string>(), .. hasCenter ? ["beta"] : Array.Empty<string>(), "moving_mean", "moving_variance"];
        long[] axes = c.Config.Ints("axis") ?? [-1];
        LayerContext.Require(axes.Length == 1, "normalization along several axes at once is not supported");
        int axis = LayerContext.Axis(axes[0], c.Rank);
        Value mean = c.Weight(names, "moving_mean", 1);
        long channels = c.SizeOf(mean, 0);
        LayerContext.Require(axis > 0, "it normalizes along the batch");
        Value scale = hasScale ? c.Weight(names, "gamma", 1) : Constant(c, "gamma", channels, 1);
        Value shift = hasCenter ? c.Weight(names, "beta", 1) : Constant(c, "beta", channels, 0);
        int[] there = [0, axis, .. Enumerable.Range(1, c.Rank - 1).Where(i => i != axis)];
        int[] back = [.. Enumerable.Range(0, c.Rank).Select(i => Array.IndexOf(there, i))];
        Value y = c.B.Add("BatchNormalization", [c.B.Transpose(c.Float, there), scale, shift, mean, c.Weight(names, "moving_variance", 1)], ("epsilon", (float)c.Config.Number("epsilon", 1e-3)));
        return [c.B.Transpose(y, back)];
    }

    private static Value Constant(LayerContext c, string name, long count, float value)
    {
        var values = new float[count];
        Array.Fill(values, value);
        return c.Floats(name, [count], values);
    }
}
