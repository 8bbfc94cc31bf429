namespace ModelBuild.Graphs.Inference;

/// <summary>Sequences and optional values.</summary>
internal static class Sequences
{
    public static void Construct(Node node, InferenceContext c)
    {
        GraphType? element = c.TypeOf(node, 0);
        for (int i = 1; i < node.Inputs.Count; i++)
        {
            element = TypeMerge.Union(element, c.TypeOf(node, i));
        }

        c.Output(node, 0, new SequenceType(element));
    }

    public static void Empty(Node node, InferenceContext c) =>
        c.Output(node, 0, new SequenceType(new TensorType((ElementType)node.GetInt("dtype", (long)ElementType.Float32), null)));

    public static void At(Node node, InferenceContext c) => c.Output(node, 0, (c.TypeOf(node, 0) as SequenceType)?.Element);

    public static void Insert(Node node, InferenceContext c)
    {
        GraphType? element = (c.TypeOf(node, 0) as SequenceType)?.Element;
        c.Output(node, 0, new SequenceType(element is TensorType { Shape: null } ? element : TypeMerge.Union(element, c.TypeOf(node, 1))));
    }

    public static void Erase(Node node, InferenceContext c) => c.Output(node, 0, c.TypeOf(node, 0));

    public static void Length(Node node, InferenceContext c) => c.Output(node, 0, ElementType.Int64, Shape.Scalar);

    public static void Split(Node node, InferenceContext c)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { } input && c.Axis(node, node.GetInt("axis"), input.Rank) is { } axis)
        {
            Dimension size = Dimension.Unknown;
            long[]? split = c.Integers(node, 1);
            if (node.Input(1) is null)
            {
                size = 1;
            }
            else if (c.ShapeOf(node, 1) is { Rank: 0 } && split is [> 0 and var part])
            {
                // The last part is smaller when the division leaves a rest.
                size = input[axis].IsFixed && input[axis].Value % part == 0 ? part : Dimension.Unknown;
            }
            else if (split is [>= 0 and var first, ..] && Array.TrueForAll(split, s => s == first))
            {
                size = first;
            }

            shape = node.Input(1) is null && node.GetInt("keepdims", 1) == 0
                ? [.. input.AsSpan()[..axis], .. input.AsSpan()[(axis + 1)..]]
                : InferenceContext.With(input, axis, size);
        }

        c.Output(node, 0, new SequenceType(new TensorType(c.Element(node, 0), shape)));
    }

    public static void Concat(Node node, InferenceContext c)
    {
        var entry = (c.TypeOf(node, 0) as SequenceType)?.Element as TensorType;
        Shape? shape = null;
        if (entry?.Shape is { } each)
        {
            bool stack = node.GetInt("new_axis") != 0;
            if (c.Axis(node, node.GetInt("axis"), each.Rank + (stack ? 1 : 0)) is { } axis)
            {
                c.Explain("the length of a sequence is only known at run time");
                shape = stack ? [.. each.AsSpan()[..axis], Dimension.Unknown, .. each.AsSpan()[axis..]] : InferenceContext.With(each, axis, Dimension.Unknown);
            }
        }

        c.Output(node, 0, entry?.ElementType ?? ElementType.Undefined, shape);
    }

    public static void Optional(Node node, InferenceContext c) =>
        c.Output(node, 0, new OptionalType(node.Input(0) is null ? (node.Attributes.GetValueOrDefault("type") as TypeAttribute)?.Value : c.TypeOf(node, 0)));

    public static void OptionalGetElement(Node node, InferenceContext c) => c.Output(node, 0, c.TypeOf(node, 0) is OptionalType optional ? optional.Element : c.TypeOf(node, 0));

    public static void OptionalHasElement(Node node, InferenceContext c) => c.Output(node, 0, ElementType.Bool, Shape.Scalar);
}
