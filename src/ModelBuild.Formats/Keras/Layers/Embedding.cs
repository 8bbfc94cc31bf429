using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Rows of a table by number.</summary>
internal sealed class Embedding : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Embedding"];

    public override string Onnx => "Gather";

    public override Value[] Read(LayerContext c)
    {
        Value ids = c.B.ElementOf(c.X) is ElementType.Int32 or ElementType.Int64 ? c.X : c.B.Cast(c.X, ElementType.Int32);
        if (c.Config.Flag("mask_zero", false))
        {
            c.OutputMask = c.B.Add("Not", [c.B.Add("Equal", [ids, c.B.NumberLike(0, ids)])]);
        }

        return [c.B.Add("Gather", [c.Weight(["embeddings"], "embeddings", 2), ids], ("axis", 0L))];
    }
}
