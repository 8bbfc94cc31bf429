namespace ModelBuild.Graphs.Inference;

/// <summary>Operators that work element by element, and others whose output has the first input's type and shape.</summary>
internal static class Elementwise
{
    /// <summary>Every output has the type and shape of the first input.</summary>
    public static void Same(Node node, InferenceContext c)
    {
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            c.Output(node, i, c.TypeOf(node, 0));
        }
    }

    /// <summary>The input itself, content included.</summary>
    public static void Identity(Node node, InferenceContext c)
    {
        c.Output(node, 0, c.TypeOf(node, 0));
        c.CopyContent(node.Input(0), node.Output(0));
    }

    public static void Negate(Node node, InferenceContext c) => Unary(node, c, e => 0 - e);

    public static void Absolute(Node node, InferenceContext c) => Unary(node, c, e => e.CompareTo(0) is { } sign ? (sign < 0 ? 0 - e : e) : e.Numerator?.LowerBound >= 0 ? e : default);

    public static void Relu(Node node, InferenceContext c) => Unary(node, c, e => Extremum(e, 0, max: true));

    public static void Floor(Node node, InferenceContext c) => Unary(node, c, e => e.Floor());

    public static void Ceiling(Node node, InferenceContext c) => Unary(node, c, e => e.Ceiling());

    public static void Not(Node node, InferenceContext c) => Unary(node, c, e => e.Value is { } v ? (v == 0 ? 1 : 0) : default(PartialElement));

    private static void Unary(Node node, InferenceContext c, Func<PartialElement, PartialElement> map)
    {
        Same(node, c);
        c.OutputPartial(node, 0, c.Partial(node, 0) is { } p ? new PartialTensor(p.Dimensions, Array.ConvertAll(p.Elements, e => map(e))) : null);
    }

    /// <summary>Truth values of the input's shape.</summary>
    public static void Predicate(Node node, InferenceContext c) => c.Output(node, 0, ElementType.Bool, c.ShapeOf(node, 0));

    public static void Cast(Node node, InferenceContext c)
    {
        var to = (ElementType)node.GetInt("to");
        if (node.Attributes.GetValueOrDefault("to") is StringAttribute name && ElementTypes.TryParse(FromEnumName(name.Text), out ElementType named))
        {
            // Operator set 1 to 5 spells the type out.
            to = named;
        }

        CastTo(node, c, to);
    }

    public static void CastLike(Node node, InferenceContext c) => CastTo(node, c, c.Element(node, 1));

    private static void CastTo(Node node, InferenceContext c, ElementType to)
    {
        c.Output(node, 0, to, c.ShapeOf(node, 0));
        if (to is ElementType.String or ElementType.Undefined || c.Partial(node, 0) is not { } p)
        {
            return;
        }

        c.OutputPartial(node, 0, new PartialTensor(p.Dimensions, Array.ConvertAll(p.Elements, e => to switch
        {
            ElementType.Bool => e.CompareTo(0) is { } sign ? (sign == 0 ? 0 : 1) : default(PartialElement),
            _ when to.IsInteger() => e.Truncate(),
            _ => e,
        })));
    }

    private static string FromEnumName(string name) => name switch
    {
        "FLOAT" => "float32",
        "DOUBLE" => "float64",
        _ => name.ToLowerInvariant(),
    };

    /// <summary>The bytes read as another type; a change of width changes the last dimension.</summary>
    public static void BitCast(Node node, InferenceContext c)
    {
        var to = (ElementType)node.GetInt("to");
        int from = c.Element(node, 0).BitSize();
        Shape? shape = c.ShapeOf(node, 0);
        c.Output(node, 0, to, from == to.BitSize() ? shape : InferenceContext.OfRank(shape?.Rank ?? -1));
    }

    public static void Add(Node node, InferenceContext c) => Arithmetic(node, c, (a, b, _) => a + b);

    public static void Subtract(Node node, InferenceContext c) => Arithmetic(node, c, (a, b, _) => a - b);

    public static void Multiply(Node node, InferenceContext c) => Arithmetic(node, c, (a, b, _) => a * b);

    public static void Divide(Node node, InferenceContext c) => Arithmetic(node, c, (a, b, integer) => integer ? IntegerQuotient(a, b) : a / b);

    public static void Modulo(Node node, InferenceContext c)
    {
        bool truncated = node.GetInt("fmod") != 0;
        Arithmetic(node, c, (a, b, integer) =>
            integer && a.Integer is { } x && b.Integer is { } y && (!truncated || (x.LowerBound >= 0 && y.LowerBound >= 0)) ? new(Dimensions.DimensionExpression.Modulo(x, y)) : default);
    }

    public static void Power(Node node, InferenceContext c) => Arithmetic(node, c, (a, b, _) => b.Value switch { 0 => 1, 1 => a, 2 => a * a, _ => default });

    public static void Arithmetic(Node node, InferenceContext c) => Arithmetic(node, c, (_, _, _) => default);

    public static void And(Node node, InferenceContext c) => Compare(node, c, (a, b) => a.Value == 0 || b.Value == 0 ? 0 : a.Value is not null && b.Value is not null ? 1 : default(PartialElement));

    public static void Or(Node node, InferenceContext c) =>
        Compare(node, c, (a, b) => a.Value is { } x && x != 0 || b.Value is { } y && y != 0 ? 1 : a.Value is not null && b.Value is not null ? 0 : default(PartialElement));

    public static void Xor(Node node, InferenceContext c) => Compare(node, c, (a, b) => a.Value is { } x && b.Value is { } y ? (x != 0 ^ y != 0 ? 1 : 0) : default(PartialElement));

    public static void Equal(Node node, InferenceContext c) => Compare(node, c, (a, b) => Truth(a.CompareTo(b), s => s == 0));

    public static void Less(Node node, InferenceContext c) => Compare(node, c, (a, b) => Truth(a.CompareTo(b), s => s < 0));

    public static void LessOrEqual(Node node, InferenceContext c) => Compare(node, c, (a, b) => Truth(a.CompareTo(b), s => s <= 0));

    public static void Greater(Node node, InferenceContext c) => Compare(node, c, (a, b) => Truth(a.CompareTo(b), s => s > 0));

    public static void GreaterOrEqual(Node node, InferenceContext c) => Compare(node, c, (a, b) => Truth(a.CompareTo(b), s => s >= 0));

    public static void Maximum(Node node, InferenceContext c) => Variadic(node, c, (a, b) => Extremum(a, b, max: true));

    public static void Minimum(Node node, InferenceContext c) => Variadic(node, c, (a, b) => Extremum(a, b, max: false));

    public static void Sum(Node node, InferenceContext c) => Variadic(node, c, (a, b) => a + b);

    public static void Mean(Node node, InferenceContext c) => Variadic(node, c, (_, _) => default);

    /// <summary>The first input's shape whatever the others are, since only they are broadcast.</summary>
    public static void FirstShape(Node node, InferenceContext c) => c.Output(node, 0, First(node, c), c.ShapeOf(node, 0));

    public static void Where(Node node, InferenceContext c)
    {
        ElementType element = c.Element(node, 1) is var e && e != ElementType.Undefined ? e : c.Element(node, 2);
        c.Output(node, 0, element, c.Broadcast(node, c.ShapeOf(node, 0), c.ShapeOf(node, 1), c.ShapeOf(node, 2)));
        if (c.Partial(node, 0) is { } condition && c.Partial(node, 1) is { } yes && c.Partial(node, 2) is { } no
            && Broadcast(condition, yes, (a, b) => a.Value is { } v ? (v != 0 ? b : default) : default) is { } chosen
            && Broadcast(condition, no, (a, b) => a.Value == 0 ? b : default) is { } other)
        {
            c.OutputPartial(node, 0, Broadcast(chosen, other, (a, b) => a.IsKnown ? a : b));
        }
    }

    /// <summary>Text joined element by element.</summary>
    public static void StringConcat(Node node, InferenceContext c) => c.Output(node, 0, ElementType.String, c.Broadcast(node, c.ShapeOf(node, 0), c.ShapeOf(node, 1)));

    private static PartialElement Truth(int? comparison, Func<int, bool> holds) => comparison is { } sign ? (holds(sign) ? 1 : 0) : default(PartialElement);

    private static PartialElement Extremum(PartialElement a, PartialElement b, bool max)
    {
        if (a.CompareTo(b) is { } sign)
        {
            return sign > 0 == max ? a : b;
        }

        return a.Integer is { } x && b.Integer is { } y ? new(max ? Dimensions.DimensionExpression.Max(x, y) : Dimensions.DimensionExpression.Min(x, y)) : default;
    }

    /// <summary>Integer division rounds towards zero; a formula counts as not negative, as sizes are.</summary>
    private static PartialElement IntegerQuotient(PartialElement a, PartialElement b)
    {
        if (a.Integer is not { } dividend || b.Integer is not { } divisor)
        {
            return default;
        }

        return dividend.ConstantValue is { } x && divisor.ConstantValue is { } y
            ? (y == 0 || (x == long.MinValue && y == -1) ? default : x / y)
            : new PartialElement(Dimensions.DimensionExpression.FloorDivide(dividend, divisor));
    }

    private static void Arithmetic(Node node, InferenceContext c, Func<PartialElement, PartialElement, bool, PartialElement> combine)
    {
        ElementType element = First(node, c);
        c.Output(node, 0, element, BinaryShape(node, c));
        bool integer = element.IsInteger();
        if (c.Partial(node, 0) is { } a && c.Partial(node, 1) is { } b && c.Opset(node) >= 7)
        {
            c.OutputPartial(node, 0, Broadcast(a, b, (x, y) => combine(x, y, integer)));
        }
    }

    private static void Compare(Node node, InferenceContext c, Func<PartialElement, PartialElement, PartialElement> compare)
    {
        c.Output(node, 0, ElementType.Bool, BinaryShape(node, c));
        if (c.Partial(node, 0) is { } a && c.Partial(node, 1) is { } b && c.Opset(node) >= 7)
        {
            c.OutputPartial(node, 0, Broadcast(a, b, compare));
        }
    }

    /// <summary>Before operator set 7 only the second operand is broadcast.</summary>
    private static Shape? BinaryShape(Node node, InferenceContext c) =>
        node.Domain.Length == 0 && c.Opset(node) < 7 ? c.ShapeOf(node, 0) : c.Broadcast(node, c.ShapeOf(node, 0), c.ShapeOf(node, 1));

    private static ElementType First(Node node, InferenceContext c) => c.Element(node, 0) is var e && e != ElementType.Undefined ? e : c.Element(node, 1);

    private static void Variadic(Node node, InferenceContext c, Func<PartialElement, PartialElement, PartialElement> combine)
    {
        Shape? shape = c.ShapeOf(node, 0);
        PartialTensor? partial = c.Partial(node, 0);
        for (int i = 1; i < node.Inputs.Count; i++)
        {
            shape = c.Broadcast(node, shape, c.ShapeOf(node, i));
            partial = partial is not null && c.Partial(node, i) is { } other ? Broadcast(partial, other, combine) : null;
        }

        c.Output(node, 0, First(node, c), shape);
        c.OutputPartial(node, 0, partial);
    }

    /// <summary>Combines two small tensors with broadcasting; null when they don't fit or the result is too large.</summary>
    public static PartialTensor? Broadcast(PartialTensor a, PartialTensor b, Func<PartialElement, PartialElement, PartialElement> combine)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        var dimensions = new long[rank];
        long count = 1;
        for (int i = 0; i < rank; i++)
        {
            long x = i < rank - a.Rank ? 1 : a.Dimensions[i - (rank - a.Rank)];
            long y = i < rank - b.Rank ? 1 : b.Dimensions[i - (rank - b.Rank)];
            if (x != y && x != 1 && y != 1)
            {
                return null;
            }

            dimensions[i] = x == 1 ? y : x;
            count *= dimensions[i];
            if (count > PartialTensor.MaxElements)
            {
                return null;
            }
        }

        var elements = new PartialElement[count];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = combine(a.Elements[Source(i, a)], b.Elements[Source(i, b)]);
        }

        return new PartialTensor(dimensions, elements);

        int Source(int index, PartialTensor tensor)
        {
            int source = 0;
            int stride = 1;
            for (int axis = rank - 1; axis >= rank - tensor.Rank; axis--)
            {
                int size = (int)tensor.Dimensions[axis - (rank - tensor.Rank)];
                int position = index % (int)dimensions[axis];
                index /= (int)dimensions[axis];
                source += size == 1 ? 0 : position * stride;
                stride *= size;
            }

            return source;
        }
    }
}
