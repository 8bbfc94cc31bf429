using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>A dense layer whose product is written as an Einstein sum.</summary>
internal sealed class EinsumDense : KerasLayer
{
    private static readonly string[] s_names = ["kernel", "bias"];

    public override IReadOnlyList<string> ClassNames { get; } = ["EinsumDense", "ExperimentalEinsumDense"];

    public override string Onnx => "Einsum";

    public override Value[] Read(LayerContext c)
    {
        TensorData kernel = c.WeightData(s_names, "kernel");
        Value y = c.B.Add("Einsum", [c.Float, c.Weight(s_names, "kernel", kernel.Rank)], ("equation", c.Config.Text("equation", "")));

        // Keras stores the bias with the axes that it needs to broadcast.
        y = c.Config.Has("bias_axes") ? c.B.Add("Add", [y, c.Weight(s_names, "bias", c.WeightData(s_names, "bias").Rank)]) : y;
        return [c.Activate(y)];
    }
}
