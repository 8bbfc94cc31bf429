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
    private T[] _joined;
    private T[] _carried;
    private int _frameRow;

    /// <summary>Zeros at first.</summary>
    /// <param name="count">Carried elements of each row.</param>
    /// <param name="rows">Product of the dimensions before the last one.</param>
    public StreamContext(int count, int rows)
    {
        _count = count;
        _carried = new T[checked(count * rows)];
        _joined = [];
        Rows = rows;
    }

    /// <summary>Product of the dimensions before the last one.</summary>
    public int Rows { get; }

    /// <summary>The carried elements and the frame in one buffer, valid until the next call.</summary>
    /// <param name="frame">Elements of all rows; its length is a multiple of <see cref="Rows"/>.</param>
    public ReadOnlySpan<T> Join(ReadOnlySpan<T> frame)
    {
        _frameRow = frame.Length / Rows;
        int row = _count + _frameRow;
        int length = checked(row * Rows);
        if (_joined.Length < length)
        {
            _joined = new T[length];
        }

        for (int i = 0; i < Rows; i++)
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
        for (int i = 0; i < Rows; i++)
        {
            _joined.AsSpan((i * row) + _frameRow, _count).CopyTo(_carried.AsSpan(i * _count));
        }
    }

    /// <summary>Zeros again.</summary>
    public void Reset() => _carried.AsSpan().Clear();
}
