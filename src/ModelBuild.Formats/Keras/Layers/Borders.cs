using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Rows and columns that are added as zeros, or taken away.</summary>
internal sealed class Borders : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Cropping1D", "Cropping2D", "Cropping3D"];

    public override string Onnx => "Pad, Slice";

    public override Value[] Read(LayerContext c)
    {
        int rank = Windows.Rank(c.ClassName);
        LayerContext.Require(c.Rank == rank + 2, $"its input has {c.Rank} dimensions, not {rank + 2}");
        bool isCropping = c.ClassName.StartsWith("Crop", StringComparison.Ordinal);
        string setting = isCropping ? "cropping" : "padding";
        long[] sizes = c.Config.Ints(setting) ?? [.. Enumerable.Repeat(1L, rank)];

        // One number, one per axis, or one per side.
        sizes = sizes.Length == 1 && rank > 1 ? [.. Enumerable.Repeat(sizes[0], rank)] : sizes;
        sizes = rank == 1 && sizes.Length == 1 || rank > 1 && sizes.Length == rank ? [.. sizes.SelectMany(s => new[] { s, s })] : sizes;
        LayerContext.Require(sizes.Length == 2 * rank && sizes.All(s => s >= 0), $"its setting '{setting}' doesn't fit {rank} axes");
        long[] axes = [.. Enumerable.Range(c.ChannelsLast ? 1 : 2, rank).Select(i => (long)i)];
        long[] before = [.. Enumerable.Range(0, rank).Select(i => sizes[2 * i])];
        long[] after = [.. Enumerable.Range(0, rank).Select(i => sizes[(2 * i) + 1])];
        return
        [
            isCropping
                ? c.B.Add("Slice", [c.X, c.B.Integers(before), c.B.Integers([.. after.Select(a => a == 0 ? long.MaxValue : -a)]), c.B.Integers(axes)])
                : c.B.Add("Pad", [c.X, c.B.Integers([.. before, .. after]), null, c.B.Integers(axes)], ("mode", "constant")),
        ];
    }
}
