namespace ModelBuild.Graphs.Inference;

/// <summary>Classical machine learning, domain <c>ai.onnx.ml</c>.</summary>
internal static class MachineLearning
{
    public static void ArrayFeatureExtractor(Node node, InferenceContext c)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { Rank: > 0 } input && c.ShapeOf(node, 1) is { } picks)
        {
            Dimension count = InferenceContext.Product(picks, 0, picks.Rank);
            shape = input.Rank == 1 ? [1, count] : InferenceContext.With(input, input.Rank - 1, count);
        }

        c.Output(node, 0, c.Element(node, 0), shape);
    }

    /// <summary>32-bit floats in the input's shape.</summary>
    public static void ToFloat(Node node, InferenceContext c) => c.Output(node, 0, ElementType.Float32, c.ShapeOf(node, 0));

    /// <summary>The values' attribute decides the element type.</summary>
    public static void LabelEncoder(Node node, InferenceContext c)
    {
        ElementType element = node.GetTensor("values_tensor")?.ElementType
            ?? (node.Attributes.ContainsKey("values_strings") ? ElementType.String
            : node.Attributes.ContainsKey("values_int64s") ? ElementType.Int64
            : node.Attributes.ContainsKey("values_floats") ? ElementType.Float32
            : c.Element(node, 0) == ElementType.String ? ElementType.Int64 : ElementType.String);
        c.Output(node, 0, element, c.ShapeOf(node, 0));
    }

    /// <summary>Text to category numbers, or back.</summary>
    public static void CategoryMapper(Node node, InferenceContext c) =>
        c.Output(node, 0, c.Element(node, 0) == ElementType.String ? ElementType.Int64 : ElementType.String, c.ShapeOf(node, 0));

    /// <summary>A label and a score per class for every row.</summary>
    public static void Classifier(Node node, InferenceContext c)
    {
        IReadOnlyList<long>? integers = node.GetInts("classlabels_int64s") ?? node.GetInts("classlabels_ints");
        var texts = node.Attributes.GetValueOrDefault("classlabels_strings") as StringsAttribute;
        bool text = texts is { Values.Count: > 0 };
        Dimension rows = Rows(node, c);
        int classes = text ? texts!.Values.Count : integers?.Count ?? 0;
        c.Output(node, 0, text ? ElementType.String : ElementType.Int64, [rows]);
        c.Output(node, 1, ElementType.Float32, [rows, classes > 0 ? classes : Dimension.Unknown]);
    }

    /// <summary>Rows and the number of targets from an attribute.</summary>
    public static void Regressor(Node node, InferenceContext c) =>
        c.Output(node, 0, ElementType.Float32, [Rows(node, c), Math.Max(1, node.GetInt(node.OpType == "LinearRegressor" ? "targets" : "n_targets", 1))]);

    public static void SupportVectorRegressor(Node node, InferenceContext c) => c.Output(node, 0, ElementType.Float32, [Rows(node, c), 1]);

    public static void TreeEnsemble(Node node, InferenceContext c) => c.Output(node, 0, c.Element(node, 0), [Rows(node, c), Math.Max(1, node.GetInt("n_targets", 1))]);

    /// <summary>A vector is one row.</summary>
    private static Dimension Rows(Node node, InferenceContext c) => c.ShapeOf(node, 0) switch
    {
        null => Dimension.Unknown,
        { Rank: <= 1 } => 1,
        var shape => shape[0],
    };

    public static void OneHotEncoder(Node node, InferenceContext c)
    {
        int categories = node.GetInts("cats_int64s")?.Count ?? (node.Attributes.GetValueOrDefault("cats_strings") as StringsAttribute)?.Values.Count ?? 0;
        c.Output(node, 0, ElementType.Float32, c.ShapeOf(node, 0) is { } input ? [.. input.AsSpan(), categories] : null);
    }

    public static void FeatureVectorizer(Node node, InferenceContext c)
    {
        Dimension columns = 0;
        foreach (long size in node.GetInts("inputdimensions") ?? [])
        {
            columns += Math.Max(0, size);
        }

        c.Output(node, 0, ElementType.Float32, [Rows(node, c), columns]);
    }

    public static void DictVectorizer(Node node, InferenceContext c)
    {
        int columns = node.GetInts("int64_vocabulary")?.Count ?? (node.Attributes.GetValueOrDefault("string_vocabulary") as StringsAttribute)?.Values.Count ?? 0;
        ElementType element = c.TypeOf(node, 0) is MapType { Value: TensorType value } ? value.ElementType : ElementType.Undefined;
        c.Output(node, 0, element, [1, columns]);
    }

    public static void CastMap(Node node, InferenceContext c)
    {
        ElementType element = node.GetString("cast_to", "TO_FLOAT") switch { "TO_STRING" => ElementType.String, "TO_INT64" => ElementType.Int64, _ => ElementType.Float32 };
        bool sparse = node.GetString("map_form", "DENSE") == "SPARSE";
        c.Output(node, 0, element, [1, sparse ? Math.Max(0, node.GetInt("max_map", 1)) : Dimension.Unknown]);
    }

    /// <summary>A dictionary of scores by class for every row.</summary>
    public static void ZipMap(Node node, InferenceContext c)
    {
        bool text = node.Attributes.GetValueOrDefault("classlabels_strings") is StringsAttribute { Values.Count: > 0 };
        c.Output(node, 0, new SequenceType(new MapType(text ? ElementType.String : ElementType.Int64, new TensorType(ElementType.Float32, Shape.Scalar))));
    }
}
