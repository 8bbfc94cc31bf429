using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>A vector at every step of a sequence.</summary>
internal sealed class RepeatVector : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["RepeatVector"];

    public override string Onnx => "Unsqueeze, Tile";

    public override Value[] Read(LayerContext c)
    {
        LayerContext.Require(c.Rank == 2, "its input is not one vector for each sample");
        return [c.B.Add("Tile", [c.B.Unsqueeze(c.X, 1), c.B.Integers(1, c.Config.Int("n"), 1)])];
    }
}
