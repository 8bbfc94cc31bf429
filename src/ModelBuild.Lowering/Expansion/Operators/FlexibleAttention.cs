using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Attention with graphs that change its scores and its probabilities.</summary>
internal sealed class FlexibleAttention : IExpansion
{
    /// <inheritdoc/>
    public string Domain => "ai.onnx.preview";

    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["FlexAttention"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        Value query = node.Input(0)!;
        Value key = node.Input(1)!;
        Value value = node.Input(2)!;
        Graph? scoreMod = node.GetGraph("score_mod");
        Graph? probMod = node.GetGraph("prob_mod");
        if (context.SizeOf(query, 3) is not { } size || context.SizeOf(query, 1) is not { } heads || context.SizeOf(key, 1) is not { } keyHeads || context.SizeOf(value, 3) is not { } valueSize ||
            keyHeads == 0 || heads % keyHeads != 0)
        {
            return "the number or size of its heads is not known.";
        }

        if (!IsFunction(scoreMod) || !IsFunction(probMod))
        {
            return "its graphs don't have one input and one output.";
        }

        ElementType type = context.ElementOf(query);
        bool isShort = type is ElementType.Float16 or ElementType.BFloat16;
        ElementType precision = node.GetInt("softmax_precision") is > 0 and var stated ? (ElementType)stated : isShort ? ElementType.Float32 : type;
        float scale = node.GetFloat("scale");
        scale = scale == 0 ? 1 / MathF.Sqrt(size) : scale;
        if (scoreMod is null && probMod is null && precision == type)
        {
            context.Give(0, context.Add("Attention", [query, key, value], ("scale", new FloatAttribute(scale))));
            return null;
        }

        key = Repeat(context, key, heads, keyHeads, size);
        value = Repeat(context, value, heads, keyHeads, valueSize);
        Value turned = context.Add("Transpose", [key], ("perm", new IntsAttribute([0, 1, 3, 2])));
        Value scores = context.Add("Mul", [context.Add("MatMul", [query, turned]), context.Number(scale, type)]);
        scores = precision == type ? scores : context.Cast(scores, precision);
        scores = scoreMod is null ? scores : context.Inline(scoreMod, scores);
        Value probabilities = context.Add("Softmax", [scores], ("axis", new IntAttribute(-1)));
        probabilities = probMod is null ? probabilities : context.Inline(probMod, probabilities);
        probabilities = precision == type ? probabilities : context.Cast(probabilities, type);
        context.Give(0, context.Add("MatMul", [probabilities, value]));
        return null;
    }

    private static bool IsFunction(Graph? graph) => graph is null || (graph.Inputs.Count == 1 && graph.Outputs.Count == 1);

    // Query heads share a key in groups of neighbours.
    private static Value Repeat(ExpansionContext context, Value x, long heads, long keyHeads, long size)
    {
        if (heads == keyHeads)
        {
            return x;
        }

        Value repeated = context.Add("Expand", [context.Add("Unsqueeze", [x, context.Integers(2)]), context.Integers(1, 1, heads / keyHeads, 1, 1)]);
        return context.Add("Reshape", [repeated, context.Integers(0, heads, -1, size)]);
    }
}
