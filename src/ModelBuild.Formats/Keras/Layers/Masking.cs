using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Marks time steps whose elements all have one value as not counting.</summary>
internal sealed class Masking : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Masking"];

    public override string Onnx => "Equal, ReduceMax, Mul";

    public override Value[] Read(LayerContext c)
    {
        Value differs = c.B.Cast(c.B.Add("Not", [c.B.Add("Equal", [c.Float, c.B.Number(c.Config.Number("mask_value", 0))])]), ElementType.Float32);
        Value any = c.B.Add("ReduceMax", [differs, c.B.Integers(-1)], ("keepdims", 1L));
        c.OutputMask = c.B.Cast(c.B.Squeeze(any, -1), ElementType.Bool);
        return [c.B.Add("Mul", [c.Float, any])];
    }
}
