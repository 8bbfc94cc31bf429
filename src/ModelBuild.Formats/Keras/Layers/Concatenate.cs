using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Tensors side by side.</summary>
internal sealed class Concatenate : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Concatenate"];

    public override string Onnx => "Concat";

    public override Value[] Read(LayerContext c)
    {
        int axis = LayerContext.Axis(c.Config.Int("axis", -1), c.Rank);
        if (c.Inputs.Any(i => i.Mask is not null))
        {
            LayerContext.Require(axis == c.Rank - 1 && c.Rank > 2, "masked sequences can only be joined along their features");
            foreach (Value mask in c.Inputs.Select(i => i.Mask).OfType<Value>().Distinct())
            {
                c.OutputMask = c.OutputMask is null ? mask : c.B.Add("And", [c.OutputMask, mask]);
            }
        }

        bool mixed = c.Inputs.Select(i => c.B.ElementOf(i.Value)).Distinct().Count() > 1;
        return [c.B.Add("Concat", c.Inputs.Select(i => mixed ? c.ToFloat(i.Value) : i.Value), ("axis", (long)axis))];
    }
}
