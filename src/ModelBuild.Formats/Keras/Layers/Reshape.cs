using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Other dimensions for each sample.</summary>
internal sealed class Reshape : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Reshape"];

    public override string Onnx => "Reshape";

    public override Value[] Read(LayerContext c)
    {
        long[] target = c.Config.Ints("target_shape") ?? [];
        LayerContext.Require(target.Count(t => t < 0) <= 1 && !target.Contains(0), "its target shape leaves more than one size open");

        // The batch is the one size that may change, so that it is the open one where the others are numbers.
        return [!target.Contains(-1) ? c.B.Reshape(c.X, [-1, .. target]) : c.B.Reshape(c.X, [0, .. target])];
    }
}
