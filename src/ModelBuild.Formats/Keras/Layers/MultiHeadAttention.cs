using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Attention of several heads with projections before and after.</summary>
internal sealed class MultiHeadAttention : KerasLayer
{
    private static readonly string[] s_names = ["kernel", "bias"];

    public override IReadOnlyList<string> ClassNames { get; } = ["MultiHeadAttention"];

    public override string Onnx => "MatMul, Softmax";

    public override Value[] Read(LayerContext c)
    {
        Value Named(string name, Value otherwise) => c.Tensors(name) is [var t, ..] ? c.ToFloat(t.Value) : otherwise;
        Value query = c.Inputs.Count > 0 ? c.Float : Named("query", c.X);
        Value value = c.Inputs.Count > 1 ? c.ToFloat(c.Inputs[1].Value) : Named("value", query);
        Value key = c.Inputs.Count > 2 ? c.ToFloat(c.Inputs[2].Value) : Named("key", value);
        LayerContext.Require(new[] { query, value, key }.All(v => c.RankOf(v) == 3), "attention over more than one axis is not supported; reshape to a sequence");
        LayerContext.Require(c.Inputs.All(i => i.Mask is null), "masks of its inputs are not supported; pass none, or an attention mask");
        bool hasBias = c.Config.Flag("use_bias", true);
        long depth = c.Config.Int("key_dim");

        // Projections: kernel [features, heads, size], result [batch, heads, time, size].
        Value Project(Value x, string attribute, string name)
        {
            LayerInstance part = Part(c, attribute, name);
            TensorData kernel = c.Importer.Weight(part, s_names, 0, 3);
            long heads = kernel.Dimensions[1];
            long size = kernel.Dimensions[2];
            Value y = c.B.Add("MatMul", [x, part.Constant("kernel", () => c.B.Constant(kernel.Reshape(kernel.Dimensions[0], heads * size), $"{c.B.Scope}/{name}/kernel"))]);
            y = hasBias ? c.B.Add("Add", [y, part.Constant("bias", () => c.B.Constant(c.Importer.Weight(part, s_names, 1, 2).Reshape(heads * size), $"{c.B.Scope}/{name}/bias"))]) : y;
            return c.B.Transpose(c.B.Reshape(y, 0, 0, heads, size), 0, 2, 1, 3);
        }

        Value q = c.B.Add("Mul", [Project(query, "query_dense", "query"), c.B.Number(1 / Math.Sqrt(depth))]);
        Value scores = c.B.Add("MatMul", [q, c.B.Transpose(Project(key, "key_dense", "key"), 0, 1, 3, 2)]);
        if (c.Tensors("attention_mask") is [var mask, ..])
        {
            Value allowed = c.B.Cast(mask.Value, ElementType.Bool);
            scores = c.B.Add("Where", [c.RankOf(allowed) == 3 ? c.B.Unsqueeze(allowed, 1) : allowed, scores, c.B.Number(-1e9)]);
        }

        scores = c.IsTrue("use_causal_mask") ? Attention.Causal(c, scores) : scores;
        Value weights = c.B.Add("Softmax", [scores], ("axis", -1L));
        Value context = c.B.Transpose(c.B.Add("MatMul", [weights, Project(value, "value_dense", "value")]), 0, 2, 1, 3);
        LayerInstance output = Part(c, "output_dense", "attention_output");
        TensorData last = c.Importer.Weight(output, s_names, 0, 3);
        long width = last.Dimensions[0] * last.Dimensions[1];
        Value result = c.B.Add("MatMul", [c.B.Reshape(context, 0, 0, width), output.Constant("kernel", () => c.B.Constant(last.Reshape(width, last.Dimensions[2]), $"{c.B.Scope}/output/kernel"))]);
        result = hasBias ? c.B.Add("Add", [result, output.Constant("bias", () => c.B.Constant(c.Importer.Weight(output, s_names, 1, 1), $"{c.B.Scope}/output/bias"))]) : result;
        return c.IsTrue("return_attention_scores") ? [result, weights] : [result];
    }

    private static LayerInstance Part(LayerContext c, string attribute, string name)
    {
        if (!c.Instance.Inner.TryGetValue(attribute, out LayerInstance? part))
        {
            var weights = c.Instance.Weights.Part(attribute, name);
            // Early archives name the attributes with an underscore.
            part = new LayerInstance(new LayerDescription("EinsumDense", $"{c.Instance.Description.Name}/{name}", c.Config), weights.Own.Count > 0 ? weights : c.Instance.Weights.Part("_" + attribute, name));
            c.Instance.Inner.Add(attribute, part);
        }

        return part;
    }
}
