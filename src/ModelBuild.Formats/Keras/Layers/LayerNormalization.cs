using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Normalization of each sample by itself over some axes.</summary>
internal sealed class LayerNormalization : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["LayerNormalization", "RMSNormalization"];

    public override string Onnx => "LayerNormalization, ReduceMean";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c)
    {
        int rank = c.Rank;
        int[] axes = [.. (c.Config.Ints("axis") ?? [-1]).Select(a => LayerContext.Axis(a, rank)).Distinct().Order()];
        bool isRms = c.ClassName == "RMSNormalization" || c.Config.Flag("rms_scaling", false);
        bool hasScale = c.Config.Flag("scale", true) || isRms;
        bool hasCenter = c.Config.Flag("center", true) && !isRms;
        string scaleName = c.ClassName == "RMSNormalization" ? "scale" : "gamma";
        string[] names = [.. hasScale ? [scaleName] : Array.Empty<string>(), .. hasCenter ? ["beta"] : Array.Empty<string>()];
        float epsilon = (float)c.Config.Number("epsilon", c.ClassName == "RMSNormalization" ? 1e-6 : 1e-3);
        Value x = c.Float;

        // The axes go last, if they are not.
        int[] there = [.. Enumerable.Range(0, rank).Except(axes), .. axes];
        int[] back = [.. Enumerable.Range(0, rank).Select(i => Array.IndexOf(there, i))];
        x = c.B.Transpose(x, there);
        int first = rank - axes.Length;
        Value? scale = hasScale ? c.Weight(names, scaleName, axes.Length) : null;
        Value y;
        if (isRms)
        {
            Value mean = c.B.Add("ReduceMean", [c.B.Add("Mul", [x, x]), c.B.Integers([.. axes.Select((_, i) => (long)(first + i))])], ("keepdims", 1L));
            y = c.B.Add("Mul", [c.B.Add("Div", [x, c.B.Add("Sqrt", [c.B.Add("Add", [mean, c.B.Number(epsilon)])])]), scale]);
        }
        else
        {
            Value? shift = hasCenter ? c.Weight(names, "beta", axes.Length) : null;
            y = c.B.Add("LayerNormalization", [x, scale ?? Ones(c, there, first), shift], ("axis", (long)first), ("epsilon", epsilon));
        }

        return [c.B.Transpose(y, back)];
    }

    private static Value Ones(LayerContext c, int[] order, int first)
    {
        long[] sizes = [.. order[first..].Select(a => c.SizeOf(c.X, a))];
        LayerContext.Require(sizes.All(s => s > 0 && s < 1 << 24), "without a scale, the sizes of its axes must be known");
        var ones = new float[sizes.Aggregate(1L, (a, b) => checked(a * b))];
        Array.Fill(ones, 1f);
        return c.Floats("ones", sizes, ones);
    }
}
