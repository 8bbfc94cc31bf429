namespace ModelBuild.Graphs.Inference;

/// <summary>Operators that combine the elements along axes.</summary>
internal static class Reduction
{
    /// <summary>Axes are an attribute or, in newer operator sets, the second input.</summary>
    public static void Reduce(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        bool keep = node.GetInt("keepdims", 1) != 0;
        IReadOnlyList<long>? axes = c.Integers(node, "axes", 1);
        Shape? shape = null;
        if (input is not null)
        {
            bool given = node.GetInts("axes") is not null || node.Input(1) is not null;
            if (given && axes is null)
            {
                c.Explain("the axes to reduce are only known at run time");
                shape = keep ? InferenceContext.OfRank(input.Rank)
                    : c.Size(node, 1, 0) is { IsFixed: true, Value: > 0 } count ? InferenceContext.OfRank(input.Rank - count.Value) : null;
            }
            else if (axes is null or { Count: 0 })
            {
                shape = node.GetInt("noop_with_empty_axes") != 0 ? input : Remaining(input, keep, _ => true);
            }
            else if (c.Axes(node, axes, input.Rank) is { } reduced)
            {
                shape = Remaining(input, keep, i => reduced[i]);
            }
        }

        c.Output(node, 0, c.Element(node, 0), shape);
        Content(node, c, shape);
    }

    /// <summary>Product or sum of a small vector, as shape computations use it.</summary>
    private static void Content(Node node, InferenceContext c, Shape? shape)
    {
        if (node.OpType is not ("ReduceProd" or "ReduceSum") || shape is not { IsFixed: true, ElementCount: 1 } || c.Partial(node, 0) is not { Rank: 1 } content)
        {
            return;
        }

        PartialElement result = node.OpType == "ReduceSum" ? 0 : 1;
        foreach (PartialElement element in content.Elements)
        {
            result = node.OpType == "ReduceSum" ? result + element : result * element;
        }

        c.OutputPartial(node, 0, new PartialTensor(shape.ToArray(), [result]));
    }

    public static void ArgExtremum(Node node, InferenceContext c)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { } input && c.Axis(node, node.GetInt("axis"), input.Rank) is { } axis)
        {
            shape = Remaining(input, node.GetInt("keepdims", 1) != 0, i => i == axis);
        }

        c.Output(node, 0, ElementType.Int64, shape);
    }

    private static Shape Remaining(Shape input, bool keep, Func<int, bool> reduced)
    {
        var dimensions = new List<Dimension>(input.Rank);
        for (int i = 0; i < input.Rank; i++)
        {
            if (!reduced(i))
            {
                dimensions.Add(input[i]);
            }
            else if (keep)
            {
                dimensions.Add(1);
            }
        }

        return [.. dimensions];
    }
}
