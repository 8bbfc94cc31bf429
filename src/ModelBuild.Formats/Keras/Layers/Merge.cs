using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Several tensors elementwise.</summary>
internal sealed class Merge : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"];

    public override string Onnx => "Add, Sub, Mul, Mean, Max, Min";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c)
    {
        LayerContext.Require(c.Inputs.Count >= 1 && (c.ClassName != "Subtract" || c.Inputs.Count == 2), $"it has {c.Inputs.Count} inputs");
        Value[] x = Align(c, [.. c.Inputs.Select(i => i.Value)]);
        string op = c.ClassName switch
        {
            "Add" => "Add",
            "Subtract" => "Sub",
            "Multiply" => "Mul",
            "Average" => "Mean",
            "Maximum" => "Max",
            _ => "Min",
        };
        if (op is "Mean" or "Max" or "Min")
        {
            return [c.B.Add(op, op == "Mean" ? x.Select(c.ToFloat) : x)];
        }

        Value y = x[0];
        for (int i = 1; i < x.Length; i++)
        {
            y = c.B.Add(op, [y, x[i]]);
        }

        return [y];
    }

    /// <summary>Gives all the same number of axes: new ones stand after the batch. One type too.</summary>
    public static Value[] Align(LayerContext c, Value[] values)
    {
        int rank = values.Max(c.RankOf);
        bool mixed = values.Select(c.B.ElementOf).Distinct().Count() > 1;
        return [.. values.Select(v => mixed ? c.ToFloat(v) : v).Select(v => c.RankOf(v) is var r && r == rank || r == 0 ? v : c.B.Unsqueeze(v, [.. Enumerable.Range(1, rank - r).Select(i => (long)i)]))];
    }
}
