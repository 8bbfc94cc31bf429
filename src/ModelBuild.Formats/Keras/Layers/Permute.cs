using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Axes of each sample in another order.</summary>
internal sealed class Permute : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Permute"];

    public override string Onnx => "Transpose";

    public override Value[] Read(LayerContext c)
    {
        long[] axes = c.Config.Ints("dims") ?? [];
        LayerContext.Require(axes.Length == c.Rank - 1 && axes.Order().SequenceEqual(Enumerable.Range(1, c.Rank - 1).Select(i => (long)i)), "its dims are no order of the axes");
        return [c.B.Transpose(c.X, [0, .. axes.Select(a => (int)a)])];
    }
}
