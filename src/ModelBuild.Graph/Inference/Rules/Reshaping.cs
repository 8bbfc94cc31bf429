using ModelBuild.Dimensions;

namespace ModelBuild.Graphs.Inference;

/// <summary>Operators that keep the elements and change the dimensions.</summary>
internal static class Reshaping
{
    public static void Shape(Node node, InferenceContext c)
    {
        if (c.ShapeOf(node, 0) is not { } shape)
        {
            c.Output(node, 0, ElementType.Int64, InferenceContext.OfRank(1));
            return;
        }

        int start = Clamp(node.GetInt("start"));
        int end = node.Attributes.ContainsKey("end") ? Clamp(node.GetInt("end")) : shape.Rank;
        ReadOnlySpan<Dimension> part = start < end ? shape.AsSpan()[start..end] : [];
        c.Output(node, 0, ElementType.Int64, Graphs.Shape.Of(part.Length));
        c.OutputPartial(node, 0, PartialTensor.Of(part));

        int Clamp(long index) => (int)Math.Clamp(index < 0 ? index + shape.Rank : index, 0, shape.Rank);
    }

    public static void Size(Node node, InferenceContext c)
    {
        c.Output(node, 0, ElementType.Int64, Graphs.Shape.Scalar);
        if (c.ShapeOf(node, 0) is { } shape)
        {
            c.OutputPartial(node, 0, PartialTensor.Scalar(new(InferenceContext.Product(shape, 0, shape.Rank).Expression)));
        }
    }

    public static void Reshape(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        PartialTensor? target = node.GetInts("shape") is { } attribute ? PartialTensor.Vector([.. attribute.Select(v => (PartialElement)v)]) : c.Partial(node, 1);
        if (target is null)
        {
            Dimension rank = c.Size(node, 1, 0);
            Shape? open = rank.IsFixed ? InferenceContext.OfRank(rank.Value) : null;
            if (open is { Rank: 1 } && input is not null)
            {
                open = [InferenceContext.Product(input, 0, input.Rank)];
            }

            c.Explain("the shape to reshape to is only known at run time");
            c.Output(node, 0, c.Element(node, 0), open);
            return;
        }

        Shape? shape = Resolve(node, c, input, target.Elements, node.GetInt("allowzero") != 0);
        c.Output(node, 0, c.Element(node, 0), shape);
        if (c.Partial(node, 0) is { } partial && shape is { IsFixed: true } && shape.ElementCount == partial.Elements.Length)
        {
            c.OutputPartial(node, 0, partial.WithDimensions(shape.ToArray()));
        }
    }

    private static Shape? Resolve(Node node, InferenceContext c, Shape? input, PartialElement[] target, bool allowZero)
    {
        if (target.Length > InferenceContext.MaxRank)
        {
            return null;
        }

        // Dimensions that are copied cancel out of the element count, so they may be unknown.
        var dimensions = new Dimension[target.Length];
        var copied = new bool[input?.Rank ?? 0];
        Dimension others = 1;
        int open = -1;
        int openCount = 0;
        for (int i = 0; i < target.Length; i++)
        {
            long? number = target[i].Value;
            if (number == 0 && !allowZero)
            {
                if (input is not null && i >= input.Rank)
                {
                    c.Contradict(node, $"dimension {i} is to be copied from an input of rank {input.Rank}");
                    return null;
                }

                dimensions[i] = input is null ? Dimension.Unknown : input[i];
                if (input is not null)
                {
                    copied[i] = true;
                }
            }
            else if (number < -1)
            {
                c.Contradict(node, $"{number} is not a size to reshape to");
                return null;
            }
            else if (number == -1 || target[i].Integer is null)
            {
                dimensions[i] = Dimension.Unknown;
                open = i;
                openCount++;
            }
            else
            {
                dimensions[i] = Dimension.Of(target[i].Integer);
                others *= dimensions[i];
            }
        }

        if (input is not null)
        {
            Dimension total = 1;
            for (int i = 0; i < input.Rank; i++)
            {
                total *= copied[i] ? 1 : input[i];
            }

            Fit(node, c, dimensions, total, others, openCount == 1 ? open : -1, openCount);
        }

        return new Shape(dimensions);
    }

    /// <summary>Finds the one open dimension from the number of elements, or checks that number.</summary>
    private static void Fit(Node node, InferenceContext c, Dimension[] dimensions, Dimension total, Dimension others, int open, int openCount)
    {
        if (open >= 0)
        {
            bool empty = others is { IsFixed: true, Value: 0 };
            if (!empty && total.IsFixed && others.IsFixed && total.Value % others.Value != 0)
            {
                c.Contradict(node, $"{total} elements can't be divided into parts of {others}");
            }
            else if (!empty)
            {
                dimensions[open] = total / others;
            }
        }
        else if (openCount == 0 && total.IsFixed && others.IsFixed && total != others)
        {
            c.Contradict(node, $"{total} elements can't become {new Shape(dimensions)}");
        }
    }

    public static void Flatten(Node node, InferenceContext c)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { } input)
        {
            long axis = node.GetInt("axis", 1);
            axis = axis < 0 ? axis + input.Rank : axis;
            if (axis < 0 || axis > input.Rank)
            {
                c.Contradict(node, $"axis {axis} is out of range for rank {input.Rank}");
            }
            else
            {
                shape = [InferenceContext.Product(input, 0, (int)axis), InferenceContext.Product(input, (int)axis, input.Rank)];
            }
        }

        c.Output(node, 0, c.Element(node, 0), shape ?? InferenceContext.OfRank(2));
    }

    public static void Squeeze(Node node, InferenceContext c)
    {
        Shape? shape = null;
        bool given = node.GetInts("axes") is not null || node.Input(1) is not null;
        IReadOnlyList<long>? axes = c.Integers(node, "axes", 1);
        if (c.ShapeOf(node, 0) is { } input)
        {
            if (axes is not null)
            {
                shape = c.Axes(node, axes, input.Rank) is { } removed ? Without(input, i => removed[i]) : null;
            }
            else if (given)
            {
                shape = c.Size(node, 1, 0) is { IsFixed: true } count ? InferenceContext.OfRank(input.Rank - count.Value) : null;
            }
            else if (input.IsFixed)
            {
                shape = Without(input, i => input[i].Value == 1);
            }
        }

        Finish(node, c, shape);
    }

    public static void Unsqueeze(Node node, InferenceContext c)
    {
        Shape? shape = null;
        IReadOnlyList<long>? axes = c.Integers(node, "axes", 1);
        if (c.ShapeOf(node, 0) is { } input)
        {
            if (axes is not null && input.Rank + axes.Count <= InferenceContext.MaxRank)
            {
                int rank = input.Rank + axes.Count;
                if (c.Axes(node, axes, rank) is { } inserted)
                {
                    var dimensions = new Dimension[rank];
                    int next = 0;
                    for (int i = 0; i < rank; i++)
                    {
                        dimensions[i] = inserted[i] ? 1 : input[next++];
                    }

                    shape = new Shape(dimensions);
                }
            }
            else if (axes is null && c.Size(node, 1, 0) is { IsFixed: true } count)
            {
                shape = InferenceContext.OfRank(Math.Min(count.Value, InferenceContext.MaxRank) + input.Rank);
            }
        }

        Finish(node, c, shape);
    }

    /// <summary>Element type and shape of the output, and the input's elements in order.</summary>
    private static void Finish(Node node, InferenceContext c, Shape? shape)
    {
        c.Output(node, 0, c.Element(node, 0), shape);
        if (c.Partial(node, 0) is { } partial && shape is { IsFixed: true })
        {
            c.OutputPartial(node, 0, partial.WithDimensions(shape.ToArray()));
        }
    }

    private static Shape Without(Shape shape, Func<int, bool> removed)
    {
        var kept = new List<Dimension>();
        for (int i = 0; i < shape.Rank; i++)
        {
            if (!removed(i))
            {
                kept.Add(shape[i]);
            }
        }

        return [.. kept];
    }

    public static void Transpose(Node node, InferenceContext c)
    {
        Shape? shape = null;
        IReadOnlyList<long>? permutation = null;
        if (c.ShapeOf(node, 0) is { } input)
        {
            permutation = node.GetInts("perm") ?? [.. Enumerable.Range(0, input.Rank).Select(i => (long)(input.Rank - 1 - i))];
            if (permutation.Count != input.Rank)
            {
                c.Contradict(node, $"a permutation of {permutation.Count} axes does not fit rank {input.Rank}");
            }
            else if (c.Axes(node, permutation, input.Rank) is not null)
            {
                shape = [.. permutation.Select(p => input[(int)(p < 0 ? p + input.Rank : p)])];
            }
        }

        c.Output(node, 0, c.Element(node, 0), shape);
        if (shape is { IsFixed: true } && c.Partial(node, 0) is { } content && content.Rank == shape.Rank)
        {
            c.OutputPartial(node, 0, content.Pick(shape.ToArray(), (at, from) =>
            {
                for (int i = 0; i < at.Length; i++)
                {
                    from[permutation![i] < 0 ? permutation[i] + at.Length : permutation[i]] = at[i];
                }
            }));
        }
    }

    public static void Expand(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        PartialTensor? target = c.Partial(node, 1);
        Shape? shape = null;
        if (target is { Elements.Length: <= InferenceContext.MaxRank })
        {
            shape = input is null ? null : c.Broadcast(node, input, [.. target.Elements.Select(e => Dimension.Of(e.Integer))]);
        }
        else if (target is null && input is not null && c.Size(node, 1, 0) is { IsFixed: true } rank && InferenceContext.OfRank(rank.Value) is { } open)
        {
            c.Explain("the shape to expand to is only known at run time");
            shape = c.Broadcast(node, input, open);
        }

        c.Output(node, 0, c.Element(node, 0), shape);
        Repeat(node, c, shape);
    }

    /// <summary>Content of a small output that repeats a single element.</summary>
    private static void Repeat(Node node, InferenceContext c, Shape? shape)
    {
        if (c.Partial(node, 0) is { Elements: [var only] } && shape is { IsFixed: true } && shape.ElementCount is { } count && count <= PartialTensor.MaxCount(c.Element(node, 0)))
        {
            var elements = new PartialElement[count];
            Array.Fill(elements, only);
            c.OutputPartial(node, 0, new PartialTensor(shape.ToArray(), elements));
        }
    }

    public static void Tile(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        Shape? shape = null;
        if (input is not null && c.Opset(node) < 6)
        {
            // Operator set 1: a number of tiles along one axis.
            shape = InferenceContext.OfRank(input.Rank);
            if (c.Integer(node, 2) is { } axis && c.Axis(node, axis, input.Rank) is { } index)
            {
                shape = InferenceContext.With(input, index, input[index] * c.ScalarSize(node, 1));
            }
        }
        else if (input is not null)
        {
            shape = InferenceContext.OfRank(input.Rank);
            if (c.Partial(node, 1) is { } repeats && repeats.Elements.Length == input.Rank)
            {
                var dimensions = new Dimension[input.Rank];
                for (int i = 0; i < dimensions.Length; i++)
                {
                    dimensions[i] = input[i] * Dimension.Of(repeats.Elements[i].Integer);
                }

                shape = new Shape(dimensions);
            }
        }

        c.Output(node, 0, c.Element(node, 0), shape);
        Repeat(node, c, shape);
    }

    public static void DepthToSpace(Node node, InferenceContext c) => Blocks(node, c, (channels, square) => channels / square, (size, block) => size * block);

    public static void SpaceToDepth(Node node, InferenceContext c) => Blocks(node, c, (channels, square) => channels * square, (size, block) => size / block);

    private static void Blocks(Node node, InferenceContext c, Func<Dimension, Dimension, Dimension> channels, Func<Dimension, Dimension, Dimension> spatial)
    {
        Shape? shape = null;
        long block = node.GetInt("blocksize");
        if (c.ShapeOf(node, 0) is { Rank: 4 } input && block > 0)
        {
            shape = [input[0], channels(input[1], checked(block * block)), spatial(input[2], block), spatial(input[3], block)];
        }

        c.Output(node, 0, c.Element(node, 0), shape ?? InferenceContext.OfRank(4));
    }
}
