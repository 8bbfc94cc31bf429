using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>(x - mean) / max(sqrt(variance), 1e-7) with stored numbers, or its inverse.</summary>
internal sealed class Normalization : KerasLayer
{
    private static readonly string[] s_names = ["mean", "variance", "count"];

    public override IReadOnlyList<string> ClassNames { get; } = ["Normalization"];

    public override string Onnx => "Sub, Div";

    public override Value[] Read(LayerContext c)
    {
        int rank = c.Rank;
        int[] axes = c.Config.Json.TryGetProperty("axis", out var axis) && axis.ValueKind == System.Text.Json.JsonValueKind.Null ? [] : [.. (c.Config.Ints("axis") ?? [-1]).Select(a => LayerContext.Axis(a, rank)).Order()];
        float[] Read(string name) => c.Config.Numbers(name) is { } numbers ? [.. numbers.Select(n => (float)n)] : c.Numbers(c.WeightData(s_names, name));
        float[] mean = Read("mean");
        float[] deviation = [.. Read("variance").Select(v => Math.Max(MathF.Sqrt(v), 1e-7f))];
        LayerContext.Require(mean.Length == deviation.Length, "its mean and variance differ in number");

        // Numbers stand along the kept axes, all others are 1.
        long[] sizes = mean.Length == 1 ? [] : [.. Enumerable.Range(0, rank).Select(i => axes.Contains(i) ? c.SizeOf(c.X, i) : 1L)];
        LayerContext.Require(mean.Length == 1 || (sizes.All(s => s > 0) && sizes.Aggregate(1L, (a, b) => a * b) == mean.Length), "its mean does not have the sizes of its axes");
        Value m = c.Floats("mean", sizes, mean);
        Value d = c.Floats("deviation", sizes, deviation);
        return [c.Config.Flag("invert", false) ? c.B.Add("Add", [c.B.Add("Mul", [c.Float, d]), m]) : c.B.Add("Div", [c.B.Add("Sub", [c.Float, m]), d])];
    }
}
