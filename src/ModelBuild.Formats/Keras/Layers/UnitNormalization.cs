using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Division by the length of the vector along some axes.</summary>
internal sealed class UnitNormalization : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["UnitNormalization"];

    public override string Onnx => "ReduceSumSquare, Max, Sqrt, Div";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c) => [Normalize(c, c.Float, c.Config.Ints("axis") ?? [-1])];

    /// <summary>x / sqrt(max(sum(x^2), 1e-12)), as Keras' l2 normalization has it.</summary>
    public static Value Normalize(LayerContext c, Value x, long[] axes)
    {
        Value sum = c.B.Add("ReduceSumSquare", [x, c.B.Integers([.. axes.Select(a => (long)LayerContext.Axis(a, c.RankOf(x)))])], ("keepdims", 1L));
        return c.B.Add("Div", [x, c.B.Add("Sqrt", [c.B.Add("Max", [sum, c.B.Number(1e-12)])])]);
    }
}
