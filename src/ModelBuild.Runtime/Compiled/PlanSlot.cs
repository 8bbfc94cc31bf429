using ModelBuild.Kernels;

namespace ModelBuild.Runtime;

/// <summary>Where a value of a plan lies. The numbers stand in generated code.</summary>
internal enum PlanSlotHome
{
    Own = 0,
    Arena = 1,
    Weights = 2,
    Input = 3,
    Output = 4,
    Alias = 5,
}

/// <summary>One value of a plan, decoded from <see cref="CompiledPlan.Values"/>.</summary>
internal sealed class PlanSlot
{
    private readonly long[] _shape;

    private PlanSlot(int kind, TensorElementType elementType, PlanSlotHome home, long place, int first, int last, bool hasShape, long[] shape)
    {
        Kind = kind;
        ElementType = elementType;
        Home = home;
        Place = place;
        First = first;
        Last = last;
        HasShape = hasShape;
        _shape = shape;
    }

    public int Kind { get; }

    public TensorElementType ElementType { get; }

    public PlanSlotHome Home { get; }

    public long Place { get; }

    public int First { get; }

    public int Last { get; }

    public bool HasShape { get; }

    public static PlanSlot[] Read(ReadOnlySpan<byte> text)
    {
        List<long[]> rows = PlanText.Numbers(text);
        var slots = new PlanSlot[rows.Count];
        for (int i = 0; i < slots.Length; i++)
        {
            long[] v = rows[i];
            slots[i] = new((int)v[0], (TensorElementType)v[1], (PlanSlotHome)v[2], v[3], (int)v[4], (int)v[5], v[6] >= 0, v[7..]);
        }

        return slots;
    }

    /// <summary>The value in whose memory a value lies.</summary>
    public static int Root(PlanSlot[] slots, int index)
    {
        while (slots[index].Home == PlanSlotHome.Alias)
        {
            index = (int)slots[index].Place;
        }

        return index;
    }

    public PlanValue CreateValue() => Kind switch
    {
        0 => new TensorValue(),
        1 => new SequenceValue { ElementType = ElementType },
        2 => new OptionalValue(),
        _ => new MapValue(),
    };

    /// <summary>The sizes, in the first places of <paramref name="buffer"/>.</summary>
    public Span<long> Shape(ReadOnlySpan<long> sizes, Span<long> buffer)
    {
        Span<long> shape = _shape.Length <= buffer.Length ? buffer[.._shape.Length] : new long[_shape.Length];
        for (int i = 0; i < shape.Length; i++)
        {
            // A branch that these inputs don't take may have sizes that make no sense.
            shape[i] = _shape[i] < 0 ? Math.Max(0, sizes[(int)(-1 - _shape[i])]) : _shape[i];
        }

        return shape;
    }
}
