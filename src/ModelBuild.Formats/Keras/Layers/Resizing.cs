using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Images of another size.</summary>
internal sealed class Resizing : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Resizing"];

    public override string Onnx => "Resize";

    public override Value[] Read(LayerContext c)
    {
        LayerContext.Require(c.Rank == 4, $"its input has {c.Rank} dimensions, not 4");
        LayerContext.Require(!c.Config.Flag("crop_to_aspect_ratio", false) && !c.Config.Flag("pad_to_aspect_ratio", false), "keeping the aspect ratio is not supported; resize to the exact size");
        LayerContext.Require(!c.Config.Flag("antialias", false), "antialias is not supported");
        string interpolation = c.Config.Text("interpolation", "bilinear");
        LayerContext.Require(interpolation is "nearest" or "bilinear", $"interpolation '{interpolation}' is not supported; nearest and bilinear are");
        Value x = c.ToChannelsFirst(c.Float);
        Value sizes = c.B.Integers(c.Config.Int("height"), c.Config.Int("width"));
        string coordinates = UpSampling.Coordinates(c.Dialect);
        Value y = interpolation == "bilinear"
            ? c.B.Add("Resize", [x, null, null, sizes], ("mode", "linear"), ("coordinate_transformation_mode", coordinates), ("axes", new long[] { 2, 3 }))
            : c.B.Add("Resize", [x, null, null, sizes], ("mode", "nearest"), ("coordinate_transformation_mode", coordinates),
                ("nearest_mode", c.Dialect.IsTensorFlowJs ? "floor" : "round_prefer_ceil"), ("axes", new long[] { 2, 3 }));
        return [c.FromChannelsFirst(y)];
    }
}
