namespace ModelBuild.Runtime;

/// <summary>A state that a model hands from one call to the next: two buffers that change places after a call that succeeded.</summary>
public sealed class StreamState<T>
    where T : unmanaged
{
    private T[] _current;
    private T[] _next;

    /// <summary>A state of zeros.</summary>
    /// <param name="length">Number of elements.</param>
    public StreamState(int length)
    {
        _current = new T[length];
        _next = new T[length];
    }

    /// <summary>What the next call reads.</summary>
    public ReadOnlySpan<T> Current => _current;

    /// <summary>What the next call writes.</summary>
    public Span<T> Next => _next;

    /// <summary>Accepts what the call wrote.</summary>
    public void Advance() => (_current, _next) = (_next, _current);

    /// <summary>Zeros again.</summary>
    public void Reset() => _current.AsSpan().Clear();
}

/// <summary>The last elements of one frame, put in front of the next one along the last dimension.</summary>
public sealed class StreamContext<T>
    where T : unmanaged
{
    private readonly int _count;
    private readonly int _rows;
    private readonly long _last;
    private readonly T[] _carried;
    private T[] _joined = [];
    private int _frameRow;

    /// <summary>Zeros at first.</summary>
    /// <param name="count">Carried elements of each row.</param>
    /// <param name="rows">Product of the dimensions before the last one, at least 1.</param>
    /// <param name="last">The last dimension, or -1 when it is not fixed.</param>
    public StreamContext(int count, int rows, long last)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        _count = count;
        _rows = rows;
        _last = last;
        _carried = new T[checked(count * rows)];
    }

    /// <summary>Number of elements that <see cref="Join"/> gives for a frame.</summary>
    /// <exception cref="TensorShapeException">The frame does not fit the input.</exception>
    public int JoinedLength(TensorInfo input, int frameLength)
    {
        if (frameLength % _rows != 0 || (_last >= 0 && (frameLength / _rows) + _count != _last))
        {
            string expected = _last >= 0 ? ModelShapes.Elements(_rows * (_last - _count)) : $"a multiple of {ModelShapes.Elements(_rows)}";
            throw new TensorShapeException(input.Name, expected, ModelShapes.Elements(frameLength),
                $"MB5001: input '{input.Name}' takes frames of {expected} ({ModelShapes.Elements(_carried.Length)} more are carried over from the call before), but {ModelShapes.Elements(frameLength)} came.");
        }

        return checked(frameLength + _carried.Length);
    }

    /// <summary>The carried elements and the frame in one buffer, valid until the next call.</summary>
    /// <param name="input">The input, for messages.</param>
    /// <param name="frame">Elements of all rows.</param>
    /// <exception cref="TensorShapeException">The frame does not fit the input.</exception>
    public ReadOnlySpan<T> Join(TensorInfo input, scoped ReadOnlySpan<T> frame)
    {
        int length = JoinedLength(input, frame.Length);
        _frameRow = frame.Length / _rows;
        int row = _count + _frameRow;
        if (_joined.Length < length)
        {
            _joined = new T[length];
        }

        for (int i = 0; i < _rows; i++)
        {
            _carried.AsSpan(i * _count, _count).CopyTo(_joined.AsSpan(i * row));
            frame.Slice(i * _frameRow, _frameRow).CopyTo(_joined.AsSpan((i * row) + _count));
        }

        return _joined.AsSpan(0, length);
    }

    /// <summary>Carries the last elements of what <see cref="Join"/> gave.</summary>
    public void Advance()
    {
        int row = _count + _frameRow;
        for (int i = 0; i < _rows; i++)
        {
            _joined.AsSpan((i * row) + _frameRow, _count).CopyTo(_carried.AsSpan(i * _count));
        }
    }

    /// <summary>Zeros again.</summary>
    public void Reset() => _carried.AsSpan().Clear();
}
