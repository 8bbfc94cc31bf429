namespace ModelBuild.Kernels;

/// <summary>Sizes of a product of stacked matrices whose batches are broadcast, as MatMul defines it.</summary>
internal readonly ref struct MatrixBatches
{
    /// <summary>Numbers that the caller's stack memory has to hold for the usual number of dimensions.</summary>
    public const int StackLength = 4 * UsualRank;

    private const int UsualRank = 8;
    private readonly Span<long> _sizes;
    private readonly Span<long> _left;
    private readonly Span<long> _right;
    private readonly Span<long> _output;
    private readonly int _outputRank;

    /// <summary>Reads the shapes.</summary>
    /// <param name="stack">Memory of <see cref="StackLength"/> numbers.</param>
    /// <param name="a">Shape of the left operand; a vector is one row.</param>
    /// <param name="b">Shape of the right operand; a vector is one column.</param>
    /// <exception cref="KernelException">They can't be multiplied.</exception>
    public MatrixBatches(Span<long> stack, ReadOnlySpan<long> a, ReadOnlySpan<long> b)
    {
        if (a.Length == 0 || b.Length == 0)
        {
            throw new KernelException($"[{string.Join(',', a.ToArray())}] and [{string.Join(',', b.ToArray())}] can't be multiplied.");
        }

        Rows = a.Length == 1 ? 1 : a[^2];
        Depth = a[^1];
        Columns = b.Length == 1 ? 1 : b[^1];
        ReadOnlySpan<long> leftBatch = a[..Math.Max(0, a.Length - 2)];
        ReadOnlySpan<long> rightBatch = b[..Math.Max(0, b.Length - 2)];
        int rank = Math.Max(leftBatch.Length, rightBatch.Length);
        stack = rank + 2 <= UsualRank ? stack : new long[4 * (rank + 2)];
        int part = stack.Length / 4;
        _sizes = stack[..rank];
        _left = stack.Slice(part, rank);
        _right = stack.Slice(2 * part, rank);
        _output = stack.Slice(3 * part, rank + 2);
        bool fits = b.Length == 1 ? b[0] == Depth : b[^2] == Depth;
        LeftCount = SpatialWindows.Product(leftBatch);
        RightCount = SpatialWindows.Product(rightBatch);
        long leftStride = 1;
        long rightStride = 1;
        for (int i = 1; i <= rank; i++)
        {
            long left = i <= leftBatch.Length ? leftBatch[^i] : 1;
            long right = i <= rightBatch.Length ? rightBatch[^i] : 1;
            fits &= left == right || left == 1 || right == 1;
            _sizes[^i] = left == 1 ? right : left;
            _left[^i] = left == 1 ? 0 : leftStride;
            _right[^i] = right == 1 ? 0 : rightStride;
            leftStride *= left;
            rightStride *= right;
        }

        if (!fits)
        {
            throw new KernelException($"[{string.Join(',', a.ToArray())}] and [{string.Join(',', b.ToArray())}] can't be multiplied.");
        }

        Count = SpatialWindows.Product(_sizes);
        SpatialWindows.Product([Math.Max(1, Rows), Math.Max(1, Columns)]);
        _sizes.CopyTo(_output);
        _outputRank = rank;
        if (a.Length > 1)
        {
            _output[_outputRank++] = Rows;
        }

        if (b.Length > 1)
        {
            _output[_outputRank++] = Columns;
        }
    }

    /// <summary>Rows of the left matrices.</summary>
    public long Rows { get; }

    /// <summary>Columns of the right matrices.</summary>
    public long Columns { get; }

    /// <summary>Columns of the left and rows of the right matrices.</summary>
    public long Depth { get; }

    /// <summary>Number of products.</summary>
    public long Count { get; }

    /// <summary>Number of left matrices.</summary>
    public long LeftCount { get; }

    /// <summary>Number of right matrices.</summary>
    public long RightCount { get; }

    /// <summary>Shape of the result.</summary>
    public ReadOnlySpan<long> Output => _output[.._outputRank];

    /// <summary>Which matrices belong to a product.</summary>
    public (long Left, long Right) Operands(long product)
    {
        long left = 0;
        long right = 0;
        for (int i = _sizes.Length - 1; i >= 0; i--)
        {
            left += product % _sizes[i] * _left[i];
            right += product % _sizes[i] * _right[i];
            product /= _sizes[i];
        }

        return (left, right);
    }
}
