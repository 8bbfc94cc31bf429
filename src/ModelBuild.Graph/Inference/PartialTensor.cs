using ModelBuild.Dimensions;

namespace ModelBuild.Graphs.Inference;

/// <summary>
/// Known content of a small tensor, element by element: what shapes are computed with. An element is a fraction whose numerator is a
/// formula, so that chains such as <c>Cast, Mul 0.5, Floor, Cast</c> on a dimension stay exact.
/// </summary>
internal sealed class PartialTensor
{
    /// <summary>Tensors of more elements are never looked into.</summary>
    public const int MaxElements = 1024;

    /// <summary>The same for floats, of which only scales and limits decide sizes.</summary>
    public const int MaxReals = 16;

    private readonly long[] _dimensions;

    public PartialTensor(ReadOnlySpan<long> dimensions, PartialElement[] elements)
    {
        _dimensions = dimensions.ToArray();
        Elements = elements;
    }

    public ReadOnlySpan<long> Dimensions => _dimensions;

    public int Rank => _dimensions.Length;

    public PartialElement[] Elements { get; }

    public bool AnyKnown => Array.Exists(Elements, e => e.IsKnown);

    public static PartialTensor Scalar(PartialElement element) => new([], [element]);

    public static PartialTensor Vector(params PartialElement[] elements) => new([elements.Length], elements);

    /// <summary>The sizes of a shape as a vector of integers.</summary>
    public static PartialTensor Of(ReadOnlySpan<Dimension> dimensions)
    {
        var elements = new PartialElement[dimensions.Length];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = new(dimensions[i].Expression);
        }

        return Vector(elements);
    }

    /// <summary>Most elements of a type that are looked into.</summary>
    public static int MaxCount(ElementType type) => type.IsFloat() ? MaxReals : MaxElements;

    /// <summary>The content of a tensor of numbers or truth values, or null when it is too large or of another type.</summary>
    public static PartialTensor? Of(TensorData data)
    {
        if (data.ElementCount > MaxCount(data.ElementType) || Reader(data.ElementType) is not { } read)
        {
            return null;
        }

        var elements = new PartialElement[data.ElementCount];
        ReadOnlySpan<byte> bytes = data.Bytes;
        int size = data.ElementType.BitSize() / 8;
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = read(bytes.Slice(i * size, size));
        }

        return new PartialTensor(data.Dimensions, elements);
    }

    public PartialTensor WithDimensions(params ReadOnlySpan<long> dimensions) => new(dimensions, Elements);

    /// <summary>The tensor of other dimensions whose element at a position comes from another position of this one.</summary>
    /// <param name="dimensions">Dimensions of the result.</param>
    /// <param name="source">Writes the position to take, given the position in the result; positions are within the dimensions.</param>
    public PartialTensor? Pick(long[] dimensions, Action<long[], long[]> source)
    {
        long count = 1;
        foreach (long d in dimensions)
        {
            count = d < 0 || count > MaxElements ? MaxElements + 1L : count * d;
        }

        if (count > MaxElements)
        {
            return null;
        }

        var elements = new PartialElement[count];
        var at = new long[dimensions.Length];
        var from = new long[Rank];
        for (int i = 0; i < elements.Length; i++)
        {
            long rest = i;
            for (int axis = at.Length - 1; axis >= 0; axis--)
            {
                at[axis] = rest % dimensions[axis];
                rest /= dimensions[axis];
            }

            source(at, from);
            long index = 0;
            for (int axis = 0; axis < from.Length; axis++)
            {
                index = (index * _dimensions[axis]) + from[axis];
            }

            elements[i] = index >= 0 && index < Elements.Length ? Elements[index] : default;
        }

        return new PartialTensor(dimensions, elements);
    }

    private delegate PartialElement ElementReader(ReadOnlySpan<byte> bytes);

    private static ElementReader? Reader(ElementType type) => type switch
    {
        ElementType.Int64 => b => BitConverter.ToInt64(b),
        ElementType.Int32 => b => BitConverter.ToInt32(b),
        ElementType.Int16 => b => BitConverter.ToInt16(b),
        ElementType.Int8 => b => (sbyte)b[0],
        ElementType.UInt8 or ElementType.Bool => b => b[0],
        ElementType.UInt16 => b => BitConverter.ToUInt16(b),
        ElementType.UInt32 => b => BitConverter.ToUInt32(b),
        ElementType.UInt64 => b => BitConverter.ToUInt64(b) is var v && v <= long.MaxValue ? (long)v : default(PartialElement),
        ElementType.Float32 => b => PartialElement.FromDouble(BitConverter.ToSingle(b)),
        ElementType.Float64 => b => PartialElement.FromDouble(BitConverter.ToDouble(b)),
        ElementType.BFloat16 => b => PartialElement.FromDouble(BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(b) << 16)),
        ElementType.Float16 => b => PartialElement.FromDouble((double)BitConverter.ToHalf(b)),
        _ => null,
    };
}

/// <summary>One element: a formula divided by a positive power of two, or unknown.</summary>
internal readonly struct PartialElement(DimensionExpression? numerator, long denominator = 1)
{
    // Fractions beyond this are not exact in the models' own float arithmetic.
    private const long MaxDenominator = 1 << 20;

    public DimensionExpression? Numerator { get; } = denominator is > 0 and <= MaxDenominator ? numerator : null;

    private readonly long _denominator = denominator;

    /// <summary>1 in an unknown element, however it was made.</summary>
    public long Denominator => Math.Max(_denominator, 1);

    public bool IsKnown => Numerator is not null;

    /// <summary>The formula when the element is an integer, else null.</summary>
    public DimensionExpression? Integer => Denominator == 1 ? Numerator : null;

    /// <summary>The number, when it is one and an integer.</summary>
    public long? Value => Integer?.ConstantValue;

    public static implicit operator PartialElement(long value) => new(DimensionExpression.Constant(value));

    public static PartialElement FromDouble(double value)
    {
        for (long denominator = 1; denominator <= MaxDenominator; denominator *= 2)
        {
            double scaled = value * denominator;
            if (Math.Abs(scaled) < 1L << 53 && Math.Floor(scaled) == scaled)
            {
                return new(DimensionExpression.Constant((long)scaled), denominator);
            }
        }

        return default;
    }

    public static PartialElement operator +(PartialElement a, PartialElement b) => Aligned(a, b, DimensionExpression.Add);

    public static PartialElement operator -(PartialElement a, PartialElement b) => Aligned(a, b, DimensionExpression.Subtract);

    public static PartialElement operator *(PartialElement a, PartialElement b) => Reduce(DimensionExpression.Multiply(a.Numerator, b.Numerator), a.Denominator * b.Denominator);

    /// <summary>Exact quotient of reals; unknown when it is not a fraction of the kind kept here.</summary>
    public static PartialElement operator /(PartialElement a, PartialElement b)
    {
        if (a.Numerator is null || b.Numerator is null)
        {
            return default;
        }

        // (a/d) / (b/e) = a*e / (b*d)
        DimensionExpression? dividend = DimensionExpression.Multiply(a.Numerator, DimensionExpression.Constant(b.Denominator));
        DimensionExpression? divisor = DimensionExpression.Multiply(b.Numerator, DimensionExpression.Constant(a.Denominator));
        DimensionExpression? quotient = DimensionExpression.FloorDivide(dividend, divisor);
        if (quotient is not null && DimensionExpression.Multiply(quotient, divisor) is { } product && product.Equals(dividend))
        {
            return new(quotient);
        }

        return divisor?.ConstantValue is > 0 and <= MaxDenominator and var number && long.IsPow2(number) ? Reduce(dividend, number) : default;
    }

    /// <summary>The greatest integer not above.</summary>
    public PartialElement Floor() => new(DimensionExpression.FloorDivide(Numerator, DimensionExpression.Constant(Denominator)));

    /// <summary>The least integer not below.</summary>
    public PartialElement Ceiling() => new(DimensionExpression.CeilingDivide(Numerator, DimensionExpression.Constant(Denominator)));

    /// <summary>Rounded towards zero. A formula whose sign is open counts as a size, which is not negative.</summary>
    public PartialElement Truncate() => Denominator == 1 ? this : Numerator?.ConstantValue is < 0 ? Ceiling() : Floor();

    /// <summary>-1, 0 or 1 when the sign is evident, else null.</summary>
    public int? CompareTo(PartialElement other)
    {
        PartialElement difference = this - other;
        if (difference.Numerator is not { } n)
        {
            return null;
        }

        return n.ConstantValue is { } number ? Math.Sign(number)
            : n.LowerBound > 0 ? 1
            : DimensionExpression.Subtract(DimensionExpression.Zero, n)?.LowerBound > 0 ? -1
            : null;
    }

    private static PartialElement Aligned(PartialElement a, PartialElement b, Func<DimensionExpression?, DimensionExpression?, DimensionExpression?> combine)
    {
        long common = Math.Max(a.Denominator, b.Denominator);
        return Reduce(combine(Scale(a, common), Scale(b, common)), common);
    }

    private static DimensionExpression? Scale(PartialElement e, long common) => DimensionExpression.Multiply(e.Numerator, DimensionExpression.Constant(common / e.Denominator));

    private static PartialElement Reduce(DimensionExpression? numerator, long denominator)
    {
        while (denominator > 1 && numerator is not null)
        {
            DimensionExpression? half = DimensionExpression.FloorDivide(numerator, DimensionExpression.Constant(2));
            if (half is null || !numerator.Equals(DimensionExpression.Multiply(half, DimensionExpression.Constant(2))))
            {
                break;
            }

            numerator = half;
            denominator /= 2;
        }

        return new(numerator, denominator);
    }
}
