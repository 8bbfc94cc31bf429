using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>The middle of an image.</summary>
internal sealed class CenterCrop : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["CenterCrop"];

    public override string Onnx => "Slice";

    public override Value[] Read(LayerContext c)
    {
        int first = c.Rank - (c.ChannelsLast ? 3 : 2);
        LayerContext.Require(first >= 0, "its input is no image");
        long height = c.Config.Int("height");
        long width = c.Config.Int("width");
        long top = c.SizeOf(c.X, first) - height;
        long left = c.SizeOf(c.X, first + 1) - width;
        LayerContext.Require(top >= 0 && left >= 0, "the size of its input is not known, or smaller than what is cut out");
        return [c.B.Add("Slice", [c.X, c.B.Integers(top / 2, left / 2), c.B.Integers((top / 2) + height, (left / 2) + width), c.B.Integers(first, first + 1)])];
    }
}
