namespace ModelBuild.Kernels;

/// <summary>Keys or values of an encoder, of any type that an attribute gives: integers, numbers, texts, or a tensor of one of these.</summary>
internal readonly unsafe ref struct LabelList
{
    private readonly ReadOnlySpan<long> _integers;
    private readonly ReadOnlySpan<float> _numbers;
    private readonly ReadOnlySpan<string> _texts;
    private readonly TensorValue? _tensor;

    /// <summary>Takes the attribute that is given.</summary>
    public LabelList(ReadOnlySpan<long> integers, ReadOnlySpan<float> numbers, ReadOnlySpan<string> texts, TensorValue? tensor)
    {
        _integers = integers;
        _numbers = numbers;
        _texts = texts;
        _tensor = tensor;
        ElementType = tensor?.ElementType ?? (texts.Length > 0 ? TensorElementType.String : numbers.Length > 0 ? TensorElementType.Float32 : TensorElementType.Int64);
        Count = tensor?.Length ?? Math.Max(integers.Length, Math.Max(numbers.Length, texts.Length));
    }

    /// <summary>How many there are.</summary>
    public long Count { get; }

    /// <summary>Their type.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>One that is a text.</summary>
    public string Text(long index) => _tensor is not null ? _tensor.Strings[(int)index] : _texts[(int)index];

    /// <summary>One that is a number, as 64 bits that are equal when the numbers are.</summary>
    public long Bits(long index) => _tensor is not null ? Bits(_tensor, index) : _numbers.Length > 0 ? Bits(_numbers[(int)index]) : _integers[(int)index];

    /// <summary>An element of a tensor as 64 bits that are equal when the numbers are, whatever their width.</summary>
    public static long Bits(TensorValue x, long index)
    {
        switch (x.ElementType)
        {
            case TensorElementType.Float32:
                return Bits(x.Pointer<float>()[index]);
            case TensorElementType.Float64:
                return Bits(x.Pointer<double>()[index]);
            default:
                long value;
                RealNumbers.Load(x.ElementType, x.Data + TensorValue.ByteSize(x.ElementType, index), 1, &value);
                return value;
        }
    }

    /// <summary>Copies one into a tensor of the same type.</summary>
    public void Write(long index, TensorValue y, long at)
    {
        if (ElementType == TensorElementType.String)
        {
            y.Strings[(int)at] = Text(index);
        }
        else if (_tensor is not null)
        {
            long size = TensorValue.ByteSize(ElementType, 1);
            Buffer.MemoryCopy(_tensor.Data + (index * size), y.Data + (at * size), size, size);
        }
        else if (_numbers.Length > 0)
        {
            y.Pointer<float>()[at] = _numbers[(int)index];
        }
        else
        {
            y.Pointer<long>()[at] = _integers[(int)index];
        }
    }

    // One pattern for all that is not a number and for both zeros.
    private static long Bits(double value) => double.IsNaN(value) ? long.MaxValue : value == 0 ? 0 : BitConverter.DoubleToInt64Bits(value);
}
