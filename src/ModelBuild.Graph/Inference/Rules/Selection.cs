using ModelBuild.Dimensions;

namespace ModelBuild.Graphs.Inference;

/// <summary>Operators that pick, join or rearrange elements.</summary>
internal static class Selection
{
    public static void Concat(Node node, InferenceContext c)
    {
        ElementType element = ElementType.Undefined;
        Shape? result = null;
        bool ranked = true;
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            element = element == ElementType.Undefined ? c.Element(node, i) : element;
            ranked &= c.ShapeOf(node, i) is not null;
            result ??= c.ShapeOf(node, i);
        }

        if (result is not null && c.Axis(node, node.GetInt("axis", 1), result.Rank) is { } axis)
        {
            Dimension total = 0;
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (c.ShapeOf(node, i) is not { } shape)
                {
                    total = Dimension.Unknown;
                    continue;
                }

                if (shape.Rank != result.Rank)
                {
                    c.Contradict(node, $"inputs of rank {result.Rank} and {shape.Rank} can't be joined");
                    return;
                }

                total += shape[axis];
                for (int d = 0; d < shape.Rank; d++)
                {
                    if (d != axis)
                    {
                        result = InferenceContext.With(result, d, c.Same(node, result[d], shape[d], $"sizes of dimension {d}"));
                    }
                }
            }

            result = InferenceContext.With(result, axis, total);
        }
        else
        {
            result = null;
        }

        c.Output(node, 0, element, result);
        if (ranked && result is { Rank: 1 })
        {
            c.OutputPartial(node, 0, JoinVectors(node, c));
        }
    }

    /// <summary>Content of joined vectors; an input that is not known but has a fixed length gives as many unknown elements.</summary>
    private static PartialTensor? JoinVectors(Node node, InferenceContext c)
    {
        var elements = new List<PartialElement>();
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            if (c.Partial(node, i) is { } partial)
            {
                elements.AddRange(partial.Elements);
            }
            else if (c.Size(node, i, 0) is { IsFixed: true, Value: <= PartialTensor.MaxElements and var count })
            {
                elements.AddRange(new PartialElement[count]);
            }
            else
            {
                return null;
            }

            if (elements.Count > PartialTensor.MaxElements)
            {
                return null;
            }
        }

        return PartialTensor.Vector([.. elements]);
    }

    public static void Split(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        int count = node.Outputs.Count;
        int? axis = input is null ? null : c.Axis(node, node.GetInt("axis"), input.Rank);
        IReadOnlyList<long>? sizes = c.Integers(node, "split", 1);
        bool given = node.GetInts("split") is not null || node.Input(1) is not null;
        PartialTensor? content = c.Partial(node, 0) is { Rank: 1 } p ? p : null;
        long offset = 0;
        for (int i = 0; i < count; i++)
        {
            Dimension size = Dimension.Unknown;
            if (sizes is not null && i < sizes.Count)
            {
                size = sizes[i] >= 0 ? sizes[i] : Dimension.Unknown;
            }
            else if (!given && input is not null && axis is { } along)
            {
                size = EqualPart(input[along], i, node.Attributes.ContainsKey("num_outputs") ? node.GetInt("num_outputs") : count);
            }

            c.Output(node, i, c.Element(node, 0), input is null || axis is null ? null : InferenceContext.With(input, axis.Value, size));
            if (content is not null && size.IsFixed && size.Value <= content.Elements.Length - offset)
            {
                c.OutputPartial(node, i, PartialTensor.Vector(content.Elements[(int)offset..(int)(offset + size.Value)]));
                offset += size.Value;
            }
            else
            {
                content = null;
            }
        }
    }

    /// <summary>Equal parts, of which the last one takes what is left.</summary>
    private static Dimension EqualPart(Dimension size, int index, long count)
    {
        if (count <= 0)
        {
            return Dimension.Unknown;
        }

        Dimension part = Dimension.CeilingDivide(size, count);
        return index < count - 1 ? part : size - (part * (count - 1));
    }

    public static void Slice(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        if (input is null)
        {
            c.Output(node, 0, c.Element(node, 0), null);
            return;
        }

        bool attributes = node.GetInts("starts") is not null;
        PartialElement[]? starts = attributes ? FromAttribute(node, "starts") : c.Partial(node, 1)?.Elements;
        PartialElement[]? ends = attributes ? FromAttribute(node, "ends") : c.Partial(node, 2)?.Elements;
        IReadOnlyList<long>? axes = attributes ? node.GetInts("axes") : c.Integers(node, 3);
        long[]? steps = attributes ? null : c.Integers(node, 4);
        bool axesKnown = axes is not null || attributes || node.Input(3) is null;
        bool stepsKnown = steps is not null || attributes || node.Input(4) is null;
        int count = starts?.Length ?? ends?.Length ?? axes?.Count ?? (c.Size(node, 1, 0) is { IsFixed: true, Value: <= InferenceContext.MaxRank and var n } ? (int)n : -1);
        if (!axesKnown || count < 0 || count > input.Rank)
        {
            c.Explain("the axes to slice are only known at run time");
            c.Output(node, 0, c.Element(node, 0), InferenceContext.OfRank(input.Rank));
            return;
        }

        Dimension[] dimensions = input.AsSpan().ToArray();
        var first = new long[input.Rank];
        var stride = new long[input.Rank];
        Array.Fill(stride, 1);
        bool fixedWindow = true;
        for (int i = 0; i < count; i++)
        {
            if (c.Axis(node, axes is null ? i : i < axes.Count ? axes[i] : 0, input.Rank) is not { } axis)
            {
                return;
            }

            PartialElement start = starts is not null && i < starts.Length ? starts[i] : default;
            PartialElement end = ends is not null && i < ends.Length ? ends[i] : default;
            long? step = steps is null ? (stepsKnown ? 1 : null) : i < steps.Length ? steps[i] : 1;
            dimensions[axis] = step is { } s ? Length(input[axis], start.Integer, end.Integer, s) : Dimension.Unknown;
            fixedWindow &= input[axis].IsFixed && start.Value is not null && step is not (null or 0 or long.MinValue);
            if (fixedWindow)
            {
                (first[axis], _) = Clamp(start.Value!.Value, 0, input[axis].Value, step!.Value);
                stride[axis] = step.Value;
            }
        }

        var shape = new Shape(dimensions);
        c.Output(node, 0, c.Element(node, 0), shape);
        if (fixedWindow && shape.IsFixed && c.Partial(node, 0) is { } content && content.Rank == shape.Rank)
        {
            c.OutputPartial(node, 0, content.Pick(shape.ToArray(), (at, from) =>
            {
                for (int i = 0; i < at.Length; i++)
                {
                    from[i] = first[i] + (at[i] * stride[i]);
                }
            }));
        }
    }

    private static PartialElement[]? FromAttribute(Node node, string name) => node.GetInts(name)?.Select(v => (PartialElement)v).ToArray();

    /// <summary>Number of elements from <paramref name="start"/> to before <paramref name="end"/>, both counted from the back when negative, both clamped.</summary>
    private static Dimension Length(Dimension size, DimensionExpression? start, DimensionExpression? end, long step)
    {
        if (size.IsFixed && start?.ConstantValue is { } from && end?.ConstantValue is { } to && step is not (0 or long.MinValue))
        {
            (long first, long last) = Clamp(from, to, size.Value, step);
            long span = step > 0 ? last - first : first - last;
            long stride = Math.Abs(step);
            return span <= 0 ? 0 : ((span - 1) / stride) + 1;
        }

        if (size.Expression is not { } whole || step is 0 or long.MinValue)
        {
            return Dimension.Unknown;
        }

        if (step < 0)
        {
            // Only the whole dimension backwards has a simple formula.
            bool fromLast = start?.ConstantValue is -1 or >= int.MaxValue;
            bool toFirst = end?.ConstantValue is <= -int.MaxValue;
            return fromLast && toFirst ? Dimension.CeilingDivide(size, -step) : Dimension.Unknown;
        }

        return Dimension.Of(DimensionExpression.CeilingDivide(Span(start, end, whole), DimensionExpression.Constant(step)));
    }

    /// <summary>Distance of two limits in a dimension of open size, at least 0. A limit that is a formula counts as not negative.</summary>
    private static DimensionExpression? Span(DimensionExpression? start, DimensionExpression? end, DimensionExpression size)
    {
        // The end counted from the back, or clamped to the size.
        bool fromBack = end?.ConstantValue is < 0 or >= int.MaxValue;
        long endDistance = end?.ConstantValue is < 0 and var e ? -Math.Max(e, -int.MaxValue) : 0;
        DimensionExpression? last = fromBack ? DimensionExpression.Subtract(size, DimensionExpression.Constant(endDistance))
            : end?.LowerBound >= 0 ? DimensionExpression.Min(end, size)
            : null;
        if (start?.ConstantValue is < 0 and var s)
        {
            // From max(size - distance, 0) on.
            long distance = -Math.Max(s, -int.MaxValue);
            DimensionExpression? length = fromBack
                ? DimensionExpression.Min(DimensionExpression.Constant(distance - endDistance), last)
                : DimensionExpression.Subtract(last, DimensionExpression.Max(DimensionExpression.Subtract(size, DimensionExpression.Constant(distance)), DimensionExpression.Zero));
            return DimensionExpression.Max(length, DimensionExpression.Zero);
        }

        // A start beyond the size gives a negative difference, so that it needs no clamping.
        return start?.LowerBound >= 0 ? DimensionExpression.Max(DimensionExpression.Subtract(last, start), DimensionExpression.Zero) : null;
    }

    private static (long First, long Last) Clamp(long start, long end, long size, long step)
    {
        long first = start < 0 ? Math.Max(start + size, step > 0 ? 0 : -1) : Math.Min(start, step > 0 ? size : size - 1);
        long last = end < 0 ? Math.Max(end + size, step > 0 ? 0 : -1) : Math.Min(end, step > 0 ? size : size - 1);
        return (first, last);
    }

    public static void Gather(Node node, InferenceContext c)
    {
        Shape? data = c.ShapeOf(node, 0);
        Shape? indices = c.ShapeOf(node, 1);
        Shape? shape = null;
        if (data is not null && indices is not null && c.Axis(node, node.GetInt("axis"), data.Rank) is { } axis)
        {
            shape = [.. data.AsSpan()[..axis], .. indices.AsSpan(), .. data.AsSpan()[(axis + 1)..]];
        }

        c.Output(node, 0, c.Element(node, 0), shape);
        if (c.Partial(node, 0) is { Rank: 1 } content && c.Partial(node, 1) is { } picks)
        {
            c.OutputPartial(node, 0, new PartialTensor(picks.Dimensions, Array.ConvertAll(picks.Elements, e =>
            {
                long? index = e.Value < 0 ? e.Value + content.Elements.Length : e.Value;
                return index is { } i and >= 0 && i < content.Elements.Length ? content.Elements[i] : default;
            })));
        }
    }

    /// <summary>Elements of the first input in the shape of the second.</summary>
    public static void GatherElements(Node node, InferenceContext c) => c.Output(node, 0, c.Element(node, 0), c.ShapeOf(node, 1));

    public static void GatherNd(Node node, InferenceContext c)
    {
        Shape? shape = null;
        long batch = node.GetInt("batch_dims");
        if (c.ShapeOf(node, 0) is { } data && c.ShapeOf(node, 1) is { Rank: > 0 } indices && indices[indices.Rank - 1] is { IsFixed: true } depth)
        {
            if (batch < 0 || batch >= indices.Rank || depth.Value > data.Rank - batch)
            {
                c.Contradict(node, $"indices {indices} do not fit data {data}");
            }
            else
            {
                shape = [.. indices.AsSpan()[..^1], .. data.AsSpan()[(int)(batch + depth.Value)..]];
            }
        }

        c.Output(node, 0, c.Element(node, 0), shape);
    }

    public static void Pad(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        Shape? shape = InferenceContext.OfRank(input?.Rank ?? -1);
        PartialElement[]? pads = (node.GetInts("pads") ?? node.GetInts("paddings"))?.Select(v => (PartialElement)v).ToArray() ?? c.Partial(node, 1)?.Elements;
        long[]? axes = c.Integers(node, 3);
        if (input is not null && pads is not null && (axes is not null || node.Input(3) is null))
        {
            int count = axes?.Length ?? input.Rank;
            if (pads.Length != 2 * count)
            {
                c.Contradict(node, $"{pads.Length} pads do not fit {count} axes");
                return;
            }

            Dimension[] dimensions = input.AsSpan().ToArray();
            for (int i = 0; i < count; i++)
            {
                if (c.Axis(node, axes?[i] ?? i, input.Rank) is not { } axis)
                {
                    return;
                }

                dimensions[axis] = Dimension.Of(DimensionExpression.Add(input[axis].Expression, DimensionExpression.Add(pads[i].Integer, pads[count + i].Integer)));
            }

            shape = new Shape(dimensions);
        }

        c.Output(node, 0, c.Element(node, 0), shape);
    }

    public static void CenterCropPad(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        Shape? shape = InferenceContext.OfRank(input?.Rank ?? -1);
        if (input is not null && c.Partial(node, 1) is { } target)
        {
            IReadOnlyList<long> axes = node.GetInts("axes") ?? [.. Enumerable.Range(0, input.Rank).Select(i => (long)i)];
            Dimension[] dimensions = input.AsSpan().ToArray();
            for (int i = 0; i < axes.Count && i < target.Elements.Length; i++)
            {
                if (c.Axis(node, axes[i], input.Rank) is not { } axis)
                {
                    return;
                }

                dimensions[axis] = Dimension.Of(target.Elements[i].Integer);
            }

            shape = new Shape(dimensions);
        }
        else if (input is not null && node.GetInts("axes") is { } axes && c.Axes(node, axes, input.Rank) is { } cropped)
        {
            shape = [.. input.Select((d, i) => cropped[i] ? Dimension.Unknown : d)];
        }

        c.Output(node, 0, c.Element(node, 0), shape);
    }

    public static void TopK(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        Shape? shape = input;
        if (input is not null && c.Axis(node, node.GetInt("axis", -1), input.Rank) is { } axis)
        {
            Dimension count = node.Attributes.ContainsKey("k") ? (node.GetInt("k") is >= 0 and var k ? k : Dimension.Unknown) : c.ScalarSize(node, 1);
            shape = InferenceContext.With(input, axis, count);
        }

        c.Output(node, 0, c.Element(node, 0), shape);
        c.Output(node, 1, ElementType.Int64, shape);
    }

    public static void OneHot(Node node, InferenceContext c)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { } indices && c.Axis(node, node.GetInt("axis", -1), indices.Rank + 1) is { } axis)
        {
            shape = [.. indices.AsSpan()[..axis], c.ScalarSize(node, 1), .. indices.AsSpan()[axis..]];
        }

        c.Output(node, 0, c.Element(node, 2), shape);
    }

    /// <summary>Indices of elements that are not zero: as many columns as there are.</summary>
    public static void NonZero(Node node, InferenceContext c)
    {
        c.Explain("how many elements are not zero is only known at run time");
        c.Output(node, 0, ElementType.Int64, [c.ShapeOf(node, 0) is { } shape ? Math.Max(shape.Rank, 1) : Dimension.Unknown, Dimension.Unknown]);
    }

    public static void Compress(Node node, InferenceContext c)
    {
        c.Explain("how many elements are selected is only known at run time");
        Shape? shape = [Dimension.Unknown];
        if (node.Attributes.ContainsKey("axis"))
        {
            Shape? input = c.ShapeOf(node, 0);
            shape = input is not null && c.Axis(node, node.GetInt("axis"), input.Rank) is { } axis ? InferenceContext.With(input, axis, Dimension.Unknown) : null;
        }

        c.Output(node, 0, c.Element(node, 0), shape);
    }

    public static void Unique(Node node, InferenceContext c)
    {
        c.Explain("how many different elements there are is only known at run time");
        Shape? shape = [Dimension.Unknown];
        Shape? input = c.ShapeOf(node, 0);
        Dimension inverse = input is null ? Dimension.Unknown : InferenceContext.Product(input, 0, input.Rank);
        if (node.Attributes.ContainsKey("axis"))
        {
            int? axis = input is null ? null : c.Axis(node, node.GetInt("axis"), input.Rank);
            shape = axis is { } along ? InferenceContext.With(input, along, Dimension.Unknown) : null;
            inverse = axis is { } a ? input![a] : Dimension.Unknown;
        }

        c.Output(node, 0, c.Element(node, 0), shape);
        c.Output(node, 1, ElementType.Int64, [Dimension.Unknown]);
        c.Output(node, 2, ElementType.Int64, [inverse]);
        c.Output(node, 3, ElementType.Int64, [Dimension.Unknown]);
    }

    /// <summary>Boxes that survive: a row of batch, class and box index each.</summary>
    public static void NonMaxSuppression(Node node, InferenceContext c)
    {
        c.Explain("how many boxes remain is only known at run time");
        c.Output(node, 0, ElementType.Int64, [Dimension.Unknown, 3]);
    }
}
