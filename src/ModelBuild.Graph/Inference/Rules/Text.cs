namespace ModelBuild.Graphs.Inference;

/// <summary>Operators on text.</summary>
internal static class Text
{
    /// <summary>Stop words shorten the last dimension.</summary>
    public static void Normalize(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        bool removes = node.Attributes.GetValueOrDefault("stopwords") is StringsAttribute { Values.Count: > 0 };
        if (removes)
        {
            c.Explain("how many stop words there are is only known at run time");
        }

        c.Output(node, 0, ElementType.String, removes && input is { Rank: > 0 } ? InferenceContext.With(input, input.Rank - 1, Dimension.Unknown) : input);
    }

    public static void Split(Node node, InferenceContext c)
    {
        c.Explain("how many parts there are is only known at run time");
        Shape? input = c.ShapeOf(node, 0);
        c.Output(node, 0, ElementType.String, input is null ? null : [.. input.AsSpan(), Dimension.Unknown]);
        c.Output(node, 1, ElementType.Int64, input);
    }

    /// <summary>Counts of n-grams: the last dimension becomes the highest index plus one.</summary>
    public static void CountNgrams(Node node, InferenceContext c)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { } input && node.GetInts("ngram_indexes") is { Count: > 0 } indices)
        {
            Dimension columns = indices.Max() is >= 0 and < long.MaxValue and var last ? last + 1 : Dimension.Unknown;
            shape = input.Rank == 2 ? [input[0], columns] : [columns];
        }

        c.Output(node, 0, ElementType.Float32, shape);
    }
}
