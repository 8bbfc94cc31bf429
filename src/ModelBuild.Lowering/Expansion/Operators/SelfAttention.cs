using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Attention with the projection of its input.</summary>
internal sealed class SelfAttention : IExpansion
{
    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["Attention"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        Value x = node.Input(0)!;
        Value? past = node.Input(4);
        long heads = node.GetInt("num_heads");
        long[]? sizes = node.GetInts("qkv_hidden_sizes") is { Count: 3 } given ? [.. given] : context.SizeOf(node.Input(1), 1) is { } all && all % 3 == 0 ? [all / 3, all / 3, all / 3] : null;
        if (heads <= 0 || sizes is null || !AttentionMask.CanHide(context, node.Input(3), x) || node.GetInt("do_rotary") != 0 || node.GetInt("past_present_share_buffer") != 0)
        {
            return "its sizes are not known, its mask has another form, or it rotates positions.";
        }

        Value product = context.Plus(context.Add("MatMul", [x, node.Input(1)]), node.Input(2));
        Value[] parts = context.AddMany("Split", [product, context.Integers(sizes)], 3, ("axis", new IntAttribute(-1)));
        Value? pastKey = past is null ? null : context.Add("Gather", [past, context.Integer(0)], ("axis", new IntAttribute(0)));
        Value? pastValue = past is null ? null : context.Add("Gather", [past, context.Integer(1)], ("axis", new IntAttribute(0)));
        bool causal = node.GetInt("unidirectional") != 0;
        var mask = new AttentionMask(context, parts[0], parts[1], 1, pastKey);
        mask.Hide(node.Input(3));
        if (causal && past is not null)
        {
            mask.HideFuture();
        }

        mask.Bias(node.Input(5));
        bool present = node.Output(1) is not null;
        Value[] results = context.AddMany("Attention", [parts[0], parts[1], parts[2], mask.Result, pastKey, pastValue], present ? 3 : 1, [.. Attributes(node, heads, causal && past is null)]);
        context.Give(0, results[0]);
        if (present)
        {
            Value Part(Value value) => context.Add("Unsqueeze", [value, context.Integers(0)]);
            context.Give(1, context.Add("Concat", [Part(results[1]), Part(results[2])], ("axis", new IntAttribute(0))));
        }

        return null;
    }

    /// <summary>Attributes of ONNX's Attention.</summary>
    public static IEnumerable<(string, AttributeValue)> Attributes(Node node, long heads, bool causal)
    {
        yield return ("q_num_heads", new IntAttribute(heads));
        yield return ("kv_num_heads", new IntAttribute(heads));
        if (causal)
        {
            yield return ("is_causal", new IntAttribute(1));
        }

        if (node.GetFloat("scale") is var scale and not 0)
        {
            yield return ("scale", new FloatAttribute(scale));
        }
    }
}
