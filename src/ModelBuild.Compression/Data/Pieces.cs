using ModelBuild.Graphs;

namespace ModelBuild.Compression.Data;

/// <summary>An array cut into what single calls take.</summary>
internal sealed class Pieces
{
    private const long RowsPerCall = 8;

    private readonly TensorData _array;
    private readonly long _rows;
    private readonly bool _dropFirst;

    private Pieces(TensorData array, long rows, bool dropFirst)
    {
        _array = array;
        _rows = rows;
        _dropFirst = dropFirst;
        Count = array.Rank == 0 || rows == 0 ? 1 : checked((int)((array.Dimensions[0] + rows - 1) / rows));
    }

    /// <summary>Number of calls.</summary>
    public int Count { get; }

    /// <summary>Decides how to cut.</summary>
    /// <exception cref="ModelException">MB3002: element type or shape do not fit the input.</exception>
    public static Pieces Of(Value input, TensorData array, string file)
    {
        if (input.Tensor is not { } type)
        {
            throw new ModelException("MB3002", $"Input '{input.Name}' is {input.Type?.ToString() ?? "of unknown type"}; only tensors can be given as data.", file);
        }

        if (array.ElementType != type.ElementType)
        {
            throw new ModelException("MB3002", $"Array '{input.Name}' is {array.ElementType.Name()}, but the input takes {type.ElementType.Name()}; convert it, with NumPy: .astype(\"{type.ElementType.Name()}\").", file);
        }

        if (type.Shape is not { } shape || Fits(array.Dimensions, shape, 0))
        {
            bool rows = type.Shape is { Rank: >= 2 } open && !open[0].IsFixed && array.Dimensions[0] > RowsPerCall;
            return new Pieces(array, rows ? RowsPerCall : 0, dropFirst: false);
        }

        if (array.Rank == shape.Rank + 1 && Fits(array.Dimensions[1..], shape, 0))
        {
            return new Pieces(array, 1, dropFirst: true);
        }

        if (array.Rank == shape.Rank && shape.Rank > 0 && shape[0].IsFixed && shape[0].Value > 0 && array.Dimensions[0] % shape[0].Value == 0 && Fits(array.Dimensions, shape, 1))
        {
            return new Pieces(array, shape[0].Value, dropFirst: false);
        }

        throw new ModelException("MB3002", $"Array '{input.Name}' of shape [{string.Join(',', array.Dimensions.ToArray())}] does not fit the input, which is {shape}.", file);
    }

    /// <summary>The content of one call.</summary>
    public TensorData Get(int index)
    {
        if (_rows == 0 || _array.Rank == 0)
        {
            return _array;
        }

        long first = index * _rows;
        long count = Math.Min(_rows, _array.Dimensions[0] - first);
        long[] dimensions = _dropFirst ? _array.Dimensions[1..].ToArray() : [count, .. _array.Dimensions[1..]];
        return new Slice(_array, first, count, dimensions);
    }

    private static bool Fits(ReadOnlySpan<long> dimensions, Shape shape, int from)
    {
        for (int i = from; i < shape.Rank; i++)
        {
            if (dimensions.Length != shape.Rank || (shape[i].IsFixed && shape[i].Value != dimensions[i]))
            {
                return false;
            }
        }

        return dimensions.Length == shape.Rank;
    }

    /// <summary>Some rows of an array.</summary>
    private sealed class Slice : TensorData
    {
        private readonly TensorData _array;
        private readonly long _first;
        private readonly long _rowElements;

        public Slice(TensorData array, long first, long count, long[] dimensions)
            : base(array.ElementType, dimensions)
        {
            _array = array;
            _first = first;
            _rowElements = count == 0 ? 0 : ElementCount / count;
        }

        public override IReadOnlyList<ReadOnlyMemory<byte>>? Strings => _array.Strings is { } all ? [.. all.Skip((int)(_first * _rowElements)).Take((int)ElementCount)] : null;

        public override ReadOnlySpan<byte> GetBytes(long offset, int length) => _array.GetBytes(ElementType.ByteSize(_first * _rowElements) + offset, length);
    }
}
