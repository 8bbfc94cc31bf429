using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Attention of projected queries, keys and values.</summary>
internal sealed class HeadAttention : IExpansion
{
    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["MultiHeadAttention"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        Value? query = node.Input(0);
        Value? key = node.Input(1);
        Value? value = node.Input(2);
        long heads = node.GetInt("num_heads");
        bool split = context.ShapeOf(key) is { Rank: 4 } && context.ShapeOf(value) is { Rank: 4 };
        bool plain = context.ShapeOf(query) is { Rank: 3 } && (split || (context.ShapeOf(key) is { Rank: 3 } && context.ShapeOf(value) is { Rank: 3 }));
        if (!plain || heads <= 0 || !AttentionMask.CanHide(context, node.Input(4), query!) || (node.Input(3) is not null && split) || node.Input(8) is not null || node.Output(3) is not null
            || (node.Input(6) is null) != (node.Input(7) is null))
        {
            return "its inputs are packed, or its mask has another form.";
        }

        if (node.Input(3) is { } bias)
        {
            if (context.SizeOf(query, 2) is not { } q || context.SizeOf(key, 2) is not { } k || context.SizeOf(value, 2) is not { } v)
            {
                return "the sizes of its bias are not known.";
            }

            Value[] parts = context.AddMany("Split", [bias, context.Integers(q, k, v)], 3, ("axis", new IntAttribute(0)));
            query = context.Plus(query!, parts[0]);
            key = context.Plus(key!, parts[1]);
            value = context.Plus(value!, parts[2]);
        }

        Value? past = node.Input(6);
        bool causal = node.GetInt("unidirectional") != 0;
        var mask = new AttentionMask(context, query!, key!, split ? 2 : 1, past);
        mask.Hide(node.Input(4));
        if (causal && past is not null)
        {
            mask.HideFuture();
        }

        mask.Bias(node.Input(5));
        if (split)
        {
            query = context.Add("Transpose", [context.Add("Reshape", [query, context.Integers(0, 0, heads, -1)])], ("perm", new IntsAttribute([0, 2, 1, 3])));
        }

        int outputs = node.Output(1) is not null || node.Output(2) is not null ? 3 : 1;
        (string, AttributeValue)[] attributes = [.. SelfAttention.Attributes(node, heads, causal && past is null).Where(a => !split || !a.Item1.EndsWith("num_heads", StringComparison.Ordinal))];
        Value[] results = context.AddMany("Attention", [query, key, value, mask.Result, past, node.Input(7)], outputs, attributes);
        Value result = results[0];
        if (split)
        {
            result = context.Add("Reshape", [context.Add("Transpose", [result], ("perm", new IntsAttribute([0, 2, 1, 3]))), context.Integers(0, 0, -1)]);
        }

        context.Give(0, result);
        for (int i = 1; i < outputs; i++)
        {
            context.Give(i, results[i]);
        }

        return null;
    }
}
