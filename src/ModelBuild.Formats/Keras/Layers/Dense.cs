using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Matrix product along the last axis.</summary>
internal sealed class Dense : KerasLayer
{
    private static readonly string[] s_names = ["kernel", "bias"];

    public override IReadOnlyList<string> ClassNames { get; } = ["Dense"];

    public override string Onnx => "Gemm, MatMul";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c)
    {
        Value kernel = c.Weight(s_names, "kernel", 2);
        Value? bias = c.Config.Flag("use_bias", true) ? c.Weight(s_names, "bias", 1) : null;
        Value x = c.Float;
        Value y;
        if (c.Rank == 2)
        {
            y = bias is null ? c.B.Add("MatMul", [x, kernel]) : c.B.Add("Gemm", [x, kernel, bias]);
        }
        else
        {
            y = c.B.Add("MatMul", [x, kernel]);
            y = bias is null ? y : c.B.Add("Add", [y, bias]);
        }

        return [c.Activate(y)];
    }
}
