using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Sizes times whole numbers.</summary>
internal sealed class UpSampling : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["UpSampling1D", "UpSampling2D", "UpSampling3D"];

    public override string Onnx => "Resize";

    public override Value[] Read(LayerContext c)
    {
        int rank = Windows.Rank(c.ClassName);
        LayerContext.Require(c.Rank == rank + 2, $"its input has {c.Rank} dimensions, not {rank + 2}");
        long[] factors = c.Config.Sizes("size", rank, 2);
        string interpolation = c.Config.Text("interpolation", "nearest");
        LayerContext.Require(interpolation is "nearest" or "bilinear", $"interpolation '{interpolation}' is not supported; nearest and bilinear are");
        Value x = c.ToChannelsFirst(c.Float);
        Value scales = c.Floats("scales", [rank + 2], [1, 1, .. factors.Select(f => (float)f)]);
        Value y = interpolation == "nearest"
            ? c.B.Add("Resize", [x, null, scales], ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"))
            : c.B.Add("Resize", [x, null, scales], ("mode", "linear"), ("coordinate_transformation_mode", Coordinates(c.Dialect)));
        return [c.FromChannelsFirst(y)];
    }

    /// <summary>Where a pixel lies: TensorFlow.js takes its corner, Keras its centre.</summary>
    public static string Coordinates(KerasDialect dialect) => dialect.IsTensorFlowJs ? "asymmetric" : "half_pixel";
}
