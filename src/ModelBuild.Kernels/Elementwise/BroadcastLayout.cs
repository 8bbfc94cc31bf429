namespace ModelBuild.Kernels;

/// <summary>
/// How up to three operands are read while a result is written row by row. Dimensions of one element are left out, and neighbours that lie one after
/// the other in every operand are one. Memory is the caller's, on its stack.
/// </summary>
internal unsafe struct BroadcastLayout
{
    /// <summary>More dimensions than this are refused, so that a model can't exhaust the stack.</summary>
    public const int MaxRank = 64;

    private readonly long* _memory;
    private readonly int _capacity;

    private BroadcastLayout(long* memory, int capacity)
    {
        _memory = memory;
        _capacity = capacity;
        Inner = 1;
        Outer = 1;
    }

    /// <summary>Number of dimensions outside the row.</summary>
    public int Rank { get; private set; }

    /// <summary>Number of rows.</summary>
    public long Outer { get; private set; }

    /// <summary>Elements of a row.</summary>
    public long Inner { get; private set; }

    /// <summary>Distance of neighbours in a row, for each operand: 0 or 1.</summary>
    public long StepX { get; private set; }

    /// <inheritdoc cref="StepX"/>
    public long StepY { get; private set; }

    /// <inheritdoc cref="StepX"/>
    public long StepZ { get; private set; }

    /// <summary>Sizes of the outer dimensions, innermost first.</summary>
    public readonly long* Sizes => _memory;

    /// <summary>Strides of an operand in the outer dimensions, innermost first.</summary>
    public readonly long* Strides(int operand) => _memory + ((operand + 1) * _capacity);

    /// <summary>Numbers of 64 bits that a layout needs.</summary>
    public static int Words(int rank) => 4 * Math.Max(1, rank);

    /// <summary>The shape of the result of two operands.</summary>
    /// <returns>Number of dimensions.</returns>
    /// <exception cref="KernelException">The shapes don't fit each other.</exception>
    public static int Shape(ReadOnlySpan<long> x, ReadOnlySpan<long> y, Span<long> shape)
    {
        if (x.Length > MaxRank || y.Length > MaxRank)
        {
            throw new KernelException($"A tensor has {Math.Max(x.Length, y.Length)} dimensions, and {MaxRank} are the most.");
        }

        int rank = Math.Max(x.Length, y.Length);
        for (int i = 1; i <= rank; i++)
        {
            long a = i <= x.Length ? x[^i] : 1;
            long b = i <= y.Length ? y[^i] : 1;
            if (a != b && a != 1 && b != 1)
            {
                throw new KernelException($"The shapes {Kernels.Strides.Text(x)} and {Kernels.Strides.Text(y)} don't fit each other.");
            }

            shape[rank - i] = a == 1 ? b : a;
        }

        return rank;
    }

    /// <summary>Lays out operands of the given shapes for a result of <paramref name="shape"/>.</summary>
    /// <param name="memory"><see cref="Words"/> numbers for the result's rank.</param>
    /// <param name="shape">Result.</param>
    /// <param name="x">First operand.</param>
    /// <param name="y">Second operand.</param>
    /// <param name="z">Third operand; a scalar where there is none.</param>
    /// <exception cref="KernelException">An operand does not fit the result.</exception>
    public static BroadcastLayout Create(long* memory, ReadOnlySpan<long> shape, ReadOnlySpan<long> x, ReadOnlySpan<long> y, ReadOnlySpan<long> z = default)
    {
        BroadcastLayout layout = new(memory, Math.Max(1, shape.Length));
        long nextX = 1;
        long nextY = 1;
        long nextZ = 1;
        bool hasRow = false;
        for (int i = 1; i <= shape.Length; i++)
        {
            long size = shape[^i];
            long strideX = Stride(x, i, size, ref nextX, shape);
            long strideY = Stride(y, i, size, ref nextY, shape);
            long strideZ = Stride(z, i, size, ref nextZ, shape);
            if (size != 1)
            {
                layout.Add(ref hasRow, size, strideX, strideY, strideZ);
            }
        }

        return layout;
    }

    private static long Stride(ReadOnlySpan<long> operand, int fromEnd, long size, ref long next, ReadOnlySpan<long> shape)
    {
        long own = fromEnd <= operand.Length ? operand[^fromEnd] : 1;
        if (own == 1)
        {
            return 0;
        }

        if (own != size)
        {
            throw new KernelException($"The shape {Kernels.Strides.Text(operand)} does not fit {Kernels.Strides.Text(shape)}.");
        }

        long stride = next;
        next *= own;
        return stride;
    }

    private void Add(ref bool hasRow, long size, long strideX, long strideY, long strideZ)
    {
        if (!hasRow)
        {
            (Inner, StepX, StepY, StepZ) = (size, strideX, strideY, strideZ);
            hasRow = true;
            return;
        }

        if (Rank == 0 && strideX == StepX * Inner && strideY == StepY * Inner && strideZ == StepZ * Inner)
        {
            Inner *= size;
            return;
        }

        int last = Rank - 1;
        if (last >= 0 && strideX == Strides(0)[last] * Sizes[last] && strideY == Strides(1)[last] * Sizes[last] && strideZ == Strides(2)[last] * Sizes[last])
        {
            Sizes[last] *= size;
        }
        else
        {
            Sizes[Rank] = size;
            Strides(0)[Rank] = strideX;
            Strides(1)[Rank] = strideY;
            Strides(2)[Rank] = strideZ;
            Rank++;
        }

        Outer *= size;
    }
}
