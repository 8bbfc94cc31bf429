using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Layer normalization; of its three results the first.</summary>
internal sealed class LayerNormalization : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("LayerNorm", "LayerNormalization")];

    public override MindValue Read(PrimitiveCall call)
    {
        Value x = call.Tensor(0);
        int rank = call.Rank(x);
        long axis = call.Int("begin_norm_axis", 3, 1);
        long parameters = call.Int("begin_params_axis", 4, 1);
        if ((axis < 0 ? axis + rank : axis) != (parameters < 0 ? parameters + rank : parameters))
        {
            throw new UnsupportedOperatorException("begin_norm_axis and begin_params_axis differ; they have to be equal");
        }

        return new MindTuple([call.Emit("LayerNormalization", [x, call.Tensor(1), call.Tensor(2)], ("axis", axis), ("epsilon", call.Float("epsilon", 5, 1e-7f)))]);
    }
}
