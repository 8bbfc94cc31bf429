namespace ModelBuild.Graphs.Inference;

/// <summary>Attention of ONNX's own operator set.</summary>
internal static class Attention
{
    /// <summary>Q, K, V are <c>[batch, heads, sequence, size]</c>, or <c>[batch, sequence, heads * size]</c> with the numbers of heads as attributes.</summary>
    public static void Infer(Node node, InferenceContext c)
    {
        if (c.ShapeOf(node, 0) is not { } q || c.ShapeOf(node, 1) is not { } k || c.ShapeOf(node, 2) is not { } v)
        {
            return;
        }

        bool packed = q.Rank == 3;
        if (q.Rank is not (3 or 4) || k.Rank != q.Rank || v.Rank != q.Rank)
        {
            c.Contradict(node, $"query {q}, key {k} and value {v} must all have 3 or all have 4 dimensions");
            return;
        }

        Dimension queryHeads = packed ? Heads(node, "q_num_heads") : q[1];
        Dimension keyHeads = packed ? Heads(node, "kv_num_heads") : k[1];
        Dimension querySequence = q[packed ? 1 : 2];
        Dimension keySize = packed ? k[2] / keyHeads : k[3];
        Dimension valueSize = packed ? v[2] / keyHeads : v[3];
        Dimension total = k[packed ? 1 : 2] + (node.Input(4) is null ? 0 : c.Size(node, 4, 2));
        c.Output(node, 0, c.Element(node, 0), packed ? [q[0], querySequence, queryHeads * valueSize] : [q[0], queryHeads, querySequence, valueSize]);
        c.Output(node, 1, c.Element(node, 1), [q[0], keyHeads, total, keySize]);
        c.Output(node, 2, c.Element(node, 2), [q[0], keyHeads, total, valueSize]);
        c.Output(node, 3, c.Element(node, 0), [q[0], queryHeads, querySequence, total]);
    }

    private static Dimension Heads(Node node, string attribute) => node.GetInt(attribute) is > 0 and var heads ? heads : Dimension.Unknown;

    /// <summary>Query, key and value <c>[batch, sequence, heads * size]</c>; the state is <c>[batch, heads, key size, value size]</c>.</summary>
    public static void Linear(Node node, InferenceContext c)
    {
        Dimension keyHeads = Heads(node, "kv_num_heads");
        Dimension valueSize = c.Size(node, 2, 2) / keyHeads;
        c.Output(node, 0, c.Element(node, 0), [c.Size(node, 0, 0), c.Size(node, 0, 1), Heads(node, "q_num_heads") * valueSize]);
        ElementType state = node.Input(3) is null ? c.Element(node, 0) : c.Element(node, 3);
        c.Output(node, 1, state, [c.Size(node, 0, 0), keyHeads, c.Size(node, 1, 2) / keyHeads, valueSize]);
    }

    /// <summary>The state keeps one element less than the kernel <c>[channels, 1, kernel]</c> has.</summary>
    public static void CausalConvolution(Node node, InferenceContext c)
    {
        c.Output(node, 0, c.TypeOf(node, 0));
        c.Output(node, 1, c.Element(node, 0), [c.Size(node, 0, 0), c.Size(node, 0, 1), c.Size(node, 1, 2) - 1]);
    }

    /// <summary>Query <c>[batch, heads, sequence, size]</c> with the values' last dimension.</summary>
    public static void Flex(Node node, InferenceContext c) =>
        c.Output(node, 0, c.Element(node, 0), c.ShapeOf(node, 0) is { Rank: > 0 } q ? InferenceContext.With(q, q.Rank - 1, c.Size(node, 2, q.Rank - 1)) : null);
}
