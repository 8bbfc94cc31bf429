namespace ModelBuild.Graphs.Inference;

/// <summary>ONNX Runtime's own operators, domain <c>com.microsoft</c>.</summary>
internal static class ContribOperators
{
    /// <summary>The first output like the first input; others (masks, statistics) are left to what the model declares.</summary>
    public static void First(Node node, InferenceContext c) => c.Output(node, 0, c.TypeOf(node, 0));

    /// <summary>Weights stored in blocks of few bits; attribute <c>N</c> is the number of columns.</summary>
    public static void MatMulBlocks(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        Dimension columns = node.GetInt("N") is > 0 and var n ? n : Dimension.Unknown;
        c.Output(node, 0, c.Element(node, 0), input is { Rank: > 0 } ? InferenceContext.With(input, input.Rank - 1, columns) : null);
    }

    /// <summary>Product in floats of quantized matrices.</summary>
    public static void MatMulToFloat(Node node, InferenceContext c) => c.Output(node, 0, c.Element(node, 2), Multiplication.Product(node, c, c.ShapeOf(node, 0), c.ShapeOf(node, 1)));

    public static void FusedMatMul(Node node, InferenceContext c)
    {
        if (node.GetInt("transBatchA") != 0 || node.GetInt("transBatchB") != 0)
        {
            return;
        }

        c.Output(node, 0, c.Element(node, 0), Multiplication.Product(node, c, Turned(c.ShapeOf(node, 0), node.GetInt("transA")), Turned(c.ShapeOf(node, 1), node.GetInt("transB"))));
    }

    private static Shape? Turned(Shape? shape, long turn) =>
        turn == 0 || shape is null or { Rank: < 2 } ? shape : [.. shape.AsSpan()[..^2], shape[shape.Rank - 1], shape[shape.Rank - 2]];

    /// <summary>Inputs A, scale, zero point, B, ...</summary>
    public static void QuantizedBinary(Node node, InferenceContext c) => c.Output(node, 0, c.Element(node, 0), c.Broadcast(node, c.ShapeOf(node, 0), c.ShapeOf(node, 3)));

    /// <summary>Inputs condition, X, scale, zero point, Y, ...</summary>
    public static void QuantizedWhere(Node node, InferenceContext c) =>
        c.Output(node, 0, c.Element(node, 1), c.Broadcast(node, c.ShapeOf(node, 0), c.ShapeOf(node, 1), c.ShapeOf(node, 4)));

    public static void QuantizedConvolution(Node node, InferenceContext c)
    {
        if (node.GetInt("channels_last") == 0)
        {
            Windowed.ConvolutionQuantized(node, c);
        }
    }

    public static void QuantizedAveragePool(Node node, InferenceContext c)
    {
        if (node.GetInt("channels_last") == 0)
        {
            Windowed.Pool(node, c);
        }
    }

    public static void QuantizedGlobalAveragePool(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        bool last = node.GetInt("channels_last") != 0;
        c.Output(node, 0, c.Element(node, 0), input is null ? null : [.. input.Select((d, i) => i == 0 || i == (last ? input.Rank - 1 : 1) ? d : 1)]);
    }

    /// <summary>Inputs scale and zero point of the output, then tensor, scale, zero point of each part.</summary>
    public static void QuantizedConcat(Node node, InferenceContext c)
    {
        Shape? shape = c.ShapeOf(node, 2);
        if (shape is not null && c.Axis(node, node.GetInt("axis"), shape.Rank) is { } axis)
        {
            Dimension total = 0;
            for (int i = 2; i < node.Inputs.Count; i += 3)
            {
                total += c.Size(node, i, axis);
            }

            shape = InferenceContext.With(shape, axis, total);
        }

        c.Output(node, 0, c.Element(node, 2), shape);
    }

    /// <summary>A and B are inputs 0 and 3; without an output zero point (input 8) the result is float.</summary>
    public static void QuantizedGemm(Node node, InferenceContext c) =>
        c.Output(node, 0, node.Input(8) is null ? ElementType.Float32 : c.Element(node, 8), Multiplication.GemmShape(node, c, 0, 3));

    public static void SkipLayerNormalization(Node node, InferenceContext c)
    {
        c.Output(node, 0, c.TypeOf(node, 0));
        Shape? input = c.ShapeOf(node, 0);
        Shape? statistics = input is { Rank: > 0 } ? InferenceContext.With(input, input.Rank - 1, 1) : null;
        c.Output(node, 1, ElementType.Float32, statistics);
        c.Output(node, 2, ElementType.Float32, statistics);
        c.Output(node, 3, c.TypeOf(node, 0));
    }

    /// <summary>Input ids <c>[batch, sequence]</c>, word embedding (input 2) <c>[words, hidden]</c>.</summary>
    public static void EmbedLayerNormalization(Node node, InferenceContext c)
    {
        Shape embedded = [c.Size(node, 0, 0), c.Size(node, 0, 1), c.Size(node, 2, 1)];
        c.Output(node, 0, c.Element(node, 2), embedded);
        c.Output(node, 1, ElementType.Int32, [c.Size(node, 0, 0)]);
        c.Output(node, 2, c.Element(node, 2), embedded);
    }

    /// <summary>Input <c>[batch, sequence, features]</c>, weights <c>[features, 3 * hidden]</c>, past (input 4) <c>[2, batch, heads, past, size]</c>.</summary>
    public static void Attention(Node node, InferenceContext c) => Attention(node, c, c.Element(node, 0), 4);

    /// <summary>Input 3 is the input's scale, whose type the result has; the past is input 8.</summary>
    public static void QuantizedAttention(Node node, InferenceContext c) => Attention(node, c, c.Element(node, 3), 8);

    private static void Attention(Node node, InferenceContext c, ElementType element, int past)
    {
        IReadOnlyList<long>? sizes = node.GetInts("qkv_hidden_sizes");
        Dimension all = c.Size(node, 1, 1);
        Dimension hidden = sizes is [_, _, > 0 and var values] ? values : all / 3;
        Dimension batch = c.Size(node, 0, 0);
        Dimension sequence = c.Size(node, 0, 1);
        c.Output(node, 0, element, [batch, sequence, hidden]);
        if (node.GetInt("num_heads") is > 0 and var heads && node.GetInt("past_present_share_buffer") == 0)
        {
            c.Output(node, 1, element, [2, batch, heads, sequence + (node.Input(past) is null ? 0 : c.Size(node, past, 3)), hidden / heads]);
        }
    }

    /// <summary>Query <c>[batch, sequence, hidden]</c>; key and value the same or <c>[batch, heads, sequence, size]</c>.</summary>
    public static void MultiHeadAttention(Node node, InferenceContext c)
    {
        if (c.ShapeOf(node, 0) is not { } query || node.GetInt("num_heads") is not (> 0 and var heads))
        {
            return;
        }

        Dimension hidden = query.Rank == 3 ? query[2] : query.Rank == 5 ? query[2] * query[4] : Dimension.Unknown;
        Shape? value = c.ShapeOf(node, 2);
        if (query.Rank is not (3 or 5))
        {
            return;
        }

        Dimension valueHidden = value switch { { Rank: 3 } => value[2], { Rank: 4 } => value[1] * value[3], _ => hidden };
        c.Output(node, 0, c.Element(node, 0), [query[0], query[1], valueHidden]);
        Dimension keys = c.ShapeOf(node, 1) switch { { Rank: 3 } k => k[1], { Rank: 4 } k => k[2], _ => query[1] };
        Dimension total = keys + (node.Input(6) is null ? 0 : c.Size(node, 6, 2));
        c.Output(node, 1, c.Element(node, 0), [query[0], heads, total, hidden / heads]);
        c.Output(node, 2, c.Element(node, 0), [query[0], heads, total, valueHidden / heads]);
    }

    /// <summary>How far the cache reaches is only known at run time, as its buffer may be longer than what it holds.</summary>
    public static void GroupQueryAttention(Node node, InferenceContext c)
    {
        if (c.ShapeOf(node, 0) is not { Rank: 3 } query || node.GetInt("num_heads") is not (> 0 and var heads) || node.GetInt("kv_num_heads") is not (> 0 and var keyHeads))
        {
            return;
        }

        // Without a key the query holds all three.
        Dimension size = node.Input(1) is null ? query[2] / (heads + (2 * keyHeads)) : query[2] / heads;
        c.Explain("the length of the cache is only known at run time");
        c.Output(node, 0, c.Element(node, 0), [query[0], query[1], size * heads]);
        ElementType cache = node.Input(3) is null ? c.Element(node, 0) : c.Element(node, 3);
        c.Output(node, 1, cache, [query[0], keyHeads, Dimension.Unknown, size]);
        c.Output(node, 2, cache, [query[0], keyHeads, Dimension.Unknown, size]);
    }

    /// <summary>W is <c>[directions, features, 4 * hidden]</c>, turned against LSTM's.</summary>
    public static void DynamicQuantizeLstm(Node node, InferenceContext c) =>
        Recurrent.Infer(node, c, node.GetInt("hidden_size") is > 0 and var stated ? stated : c.Size(node, 2, 1));

    /// <summary>Rows of a table that is stored in blocks, as the scales' type; data of two elements a byte are left open.</summary>
    public static void GatherBlocks(Node node, InferenceContext c)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { } data && c.ShapeOf(node, 1) is { } indices && c.Element(node, 0) is ElementType.Int4 or ElementType.UInt4
            && c.Axis(node, node.GetInt("gather_axis"), data.Rank) is { } axis)
        {
            shape = [.. data.AsSpan()[..axis], .. indices.AsSpan(), .. data.AsSpan()[(axis + 1)..]];
        }

        c.Output(node, 0, c.Element(node, 2), shape);
    }

    public static void ExpandDims(Node node, InferenceContext c)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { } input && c.Integer(node, 1) is { } at && c.Axis(node, at, input.Rank + 1) is { } axis)
        {
            shape = [.. input.AsSpan()[..axis], 1, .. input.AsSpan()[axis..]];
        }

        c.Output(node, 0, c.Element(node, 0), shape);
    }

    /// <summary>Distances between the rows of two matrices.</summary>
    public static void Distances(Node node, InferenceContext c) => c.Output(node, 0, c.Element(node, 0), [c.Size(node, 0, 0), c.Size(node, 1, 0)]);

    /// <summary>Values, first indices and counts of different elements of a vector.</summary>
    public static void Unique(Node node, InferenceContext c)
    {
        c.Explain("how many different elements there are is only known at run time");
        c.Output(node, 0, c.Element(node, 0), [Dimension.Unknown]);
        c.Output(node, 1, ElementType.Int64, [c.Size(node, 0, 0)]);
        c.Output(node, 2, ElementType.Int64, [Dimension.Unknown]);
    }

    /// <summary>Image <c>[N, C, H, W]</c> and boxes to one crop per box; input 3 is the crop's height and width.</summary>
    public static void CropAndResize(Node node, InferenceContext c)
    {
        Shape? size = Generation.ShapeFrom(node, c, 3);
        c.Output(node, 0, c.Element(node, 0), [c.Size(node, 1, 0), c.Size(node, 0, 1), size is { Rank: 2 } ? size[0] : Dimension.Unknown, size is { Rank: 2 } ? size[1] : Dimension.Unknown]);
    }

    /// <summary>Layer normalization without a mean: the output and the inverse deviation.</summary>
    public static void SimplifiedLayerNormalization(Node node, InferenceContext c)
    {
        c.Output(node, 0, c.TypeOf(node, 0));
        if (c.ShapeOf(node, 0) is { } input && c.Axis(node, node.GetInt("axis", -1), input.Rank) is { } axis)
        {
            c.Output(node, 1, ElementType.Float32, [.. input.Select((d, i) => i < axis ? d : 1)]);
        }
    }
}
