using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Sums of products of two tensors along one axis of each, sample by sample.</summary>
internal sealed class Dot : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Dot"];

    public override string Onnx => "MatMul";

    public override Value[] Read(LayerContext c)
    {
        LayerContext.Require(c.Inputs.Count == 2, "it takes two inputs");
        Value a = c.ToFloat(c.Inputs[0].Value);
        Value b = c.ToFloat(c.Inputs[1].Value);
        long[] axes = c.Config.Ints("axes") ?? [-1];
        int rankA = c.RankOf(a);
        int rankB = c.RankOf(b);
        int axisA = LayerContext.Axis(axes[0], rankA);
        int axisB = LayerContext.Axis(axes[^1], rankB);
        LayerContext.Require(rankA is 2 or 3 && rankB is 2 or 3 && axisA > 0 && axisB > 0, "inputs of two or three dimensions are supported");
        if (c.Config.Flag("normalize", false))
        {
            a = UnitNormalization.Normalize(c, a, [axisA]);
            b = UnitNormalization.Normalize(c, b, [axisB]);
        }

        // [batch, rows, sum] x [batch, sum, columns].
        a = rankA == 2 ? c.B.Unsqueeze(a, 1) : axisA == 1 ? c.B.Transpose(a, 0, 2, 1) : a;
        b = rankB == 2 ? c.B.Unsqueeze(b, 2) : axisB == 2 ? c.B.Transpose(b, 0, 2, 1) : b;
        Value y = c.B.Add("MatMul", [a, b]);
        return [(rankA, rankB) switch
        {
            (2, 2) => c.B.Squeeze(y, 2),
            (2, 3) => c.B.Squeeze(y, 1),
            (3, 2) => c.B.Squeeze(y, 2),
            _ => y,
        }];
    }
}
