using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Leaky rectifier whose slopes are weights.</summary>
internal sealed class PRelu : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["PReLU"];

    public override string Onnx => "PRelu";

    public override bool KeepsMask => true;

    // The slopes have the input's shape without the batch, 1 along shared axes: they broadcast as they are.
    public override Value[] Read(LayerContext c)
    {
        LayerContext.Require(c.Rank > 1, "its input has no axes besides the batch");
        return [c.B.Add("PRelu", [c.Float, c.Weight(["alpha"], "alpha", c.Rank - 1)])];
    }
}
