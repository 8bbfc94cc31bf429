using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Attention without weights of its own, or with a few: dot products, or additive.</summary>
internal sealed class Attention : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Attention", "AdditiveAttention"];

    public override string Onnx => "MatMul, Softmax";

    public override Value[] Read(LayerContext c)
    {
        LayerContext.Require(c.Inputs.Count is 2 or 3 && c.Inputs.All(i => c.RankOf(i.Value) == 3), "it takes a query, a value and perhaps a key, of three dimensions each");
        LayerContext.Require(c.Inputs.All(i => i.Mask is null) && c.Tensors("mask").Count == 0, "masks are not supported");
        Value query = c.ToFloat(c.Inputs[0].Value);
        Value value = c.ToFloat(c.Inputs[1].Value);
        Value key = c.Inputs.Count > 2 ? c.ToFloat(c.Inputs[2].Value) : value;
        bool isAdditive = c.ClassName == "AdditiveAttention";
        bool isConcat = c.Config.Text("score_mode", "dot") == "concat";
        bool hasScale = c.Config.Flag("use_scale", isAdditive);
        string[] names = isAdditive ? ["scale"] : [.. hasScale ? ["scale"] : Array.Empty<string>(), .. isConcat ? ["concat_score_weight"] : Array.Empty<string>()];
        Value scores;
        if (isAdditive || isConcat)
        {
            // sum over features of tanh(query + key), each with its weight.
            Value sum = c.B.Add("Add", [c.B.Unsqueeze(query, 2), c.B.Unsqueeze(key, 1)]);
            sum = c.B.Add("Tanh", [hasScale && !isAdditive ? c.B.Add("Mul", [sum, c.Weight(names, "scale", 0)]) : sum]);
            sum = hasScale && isAdditive ? c.B.Add("Mul", [sum, c.Weight(names, "scale", 1)]) : sum;
            scores = c.B.Add("ReduceSum", [sum, c.B.Integers(-1)], ("keepdims", 0L));
            scores = isConcat ? c.B.Add("Mul", [scores, c.Weight(names, "concat_score_weight", 0)]) : scores;
        }
        else
        {
            scores = c.B.Add("MatMul", [query, c.B.Transpose(key, 0, 2, 1)]);
            scores = hasScale ? c.B.Add("Mul", [scores, c.Weight(names, "scale", 0)]) : scores;
        }

        if (c.Config.Flag("causal", false) || c.IsTrue("use_causal_mask"))
        {
            scores = Causal(c, scores);
        }

        Value weights = c.B.Add("Softmax", [scores], ("axis", -1L));
        Value y = c.B.Add("MatMul", [weights, value]);
        return c.IsTrue("return_attention_scores") || c.Config.Flag("return_attention_scores", false) ? [y, weights] : [y];
    }

    /// <summary>Takes away what would look ahead: scores of keys after the query's own place.</summary>
    public static Value Causal(LayerContext c, Value scores)
    {
        Value shape = c.B.Add("Shape", [scores], ("start", -2L));
        Value ones = c.B.Add("ConstantOfShape", [shape], ("value", TensorData.Create(ElementType.Float32, [1], [1f])));
        Value allowed = c.B.Cast(c.B.Add("Trilu", [ones], ("upper", 0L)), ElementType.Bool);
        return c.B.Add("Where", [allowed, scores, c.B.Number(-1e9)]);
    }
}
