using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>x * scale + offset.</summary>
internal sealed class Rescaling : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Rescaling"];

    public override string Onnx => "Mul, Add";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c)
    {
        Value Factor(string name, double defaultValue)
        {
            double[] numbers = c.Config.Numbers(name) ?? [defaultValue];
            long[] sizes = numbers.Length == 1 ? [] : c.ChannelsLast ? [numbers.Length] : [numbers.Length, .. Enumerable.Repeat(1L, c.Rank - 2)];
            return c.Floats(name, sizes, [.. numbers.Select(n => (float)n)]);
        }

        return [c.B.Add("Add", [c.B.Add("Mul", [c.Float, Factor("scale", 1)]), Factor("offset", 0)])];
    }
}
