using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Sizes and strides of a batch of matrix products whose leading dimensions are broadcast.</summary>
internal ref struct ProductShape
{
    /// <summary>Longs of memory that the sizes of a batch of some dimensions take.</summary>
    public static int MemoryLength(ReadOnlySpan<long> a, ReadOnlySpan<long> b) => 4 * Math.Max(0, Math.Max(a.Length, b.Length) - 2);

    /// <summary>Fits two contiguous operands together.</summary>
    /// <param name="a">Shape of the first, at least two sizes.</param>
    /// <param name="b">Shape of the second, at least two sizes.</param>
    /// <param name="memory">Of <see cref="MemoryLength"/>.</param>
    /// <param name="transposeA">Whether the last two dimensions of the first change places, after what the next parameter says.</param>
    /// <param name="transposeB">The same for the second.</param>
    /// <param name="moveA">Whether the first operand's outermost dimension is that of its rows, and the batch follows it.</param>
    /// <param name="moveB">The same for the second.</param>
    /// <exception cref="KernelException">They don't fit.</exception>
    public ProductShape(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> memory, bool transposeA = false, bool transposeB = false, bool moveA = false, bool moveB = false)
    {
        if (a.Length < 2 || b.Length < 2)
        {
            throw Mismatch(a, b);
        }

        int rank = memory.Length / 4;
        Batch = memory[..rank];
        ABatch = memory.Slice(rank, rank);
        BBatch = memory.Slice(2 * rank, rank);
        CBatch = memory.Slice(3 * rank, rank);
        Read(a, moveA, ABatch, Batch, out long aRows, out long aRow);
        (M, K, ARow, AColumn) = transposeA ? (a[^1], aRows, 1L, aRow) : (aRows, a[^1], aRow, 1L);
        Span<long> aSizes = CBatch;
        Batch.CopyTo(aSizes);
        Read(b, moveB, BBatch, Batch, out long bRows, out long bRow);
        (long bK, N, BRow, BColumn) = transposeB ? (b[^1], bRows, 1L, bRow) : (bRows, b[^1], bRow, 1L);
        if (bK != K)
        {
            throw Mismatch(a, b);
        }

        long stride = M * N;
        for (int i = rank - 1; i >= 0; i--)
        {
            if (aSizes[i] != Batch[i] && aSizes[i] != 1 && Batch[i] != 1)
            {
                throw Mismatch(a, b);
            }

            ABatch[i] = aSizes[i] == 1 ? 0 : ABatch[i];
            BBatch[i] = Batch[i] == 1 ? 0 : BBatch[i];
            Batch[i] = aSizes[i] == 1 ? Batch[i] : aSizes[i];
            CBatch[i] = stride;
            stride *= Batch[i];
        }
    }

    /// <summary>Rows of the result.</summary>
    public long M { get; }

    /// <summary>Columns of the result.</summary>
    public long N { get; }

    /// <summary>Length of the sums.</summary>
    public long K { get; }

    /// <summary>Elements from row to row of the first operand.</summary>
    public long ARow { get; }

    /// <summary>Elements from column to column of the first operand.</summary>
    public long AColumn { get; }

    /// <summary>Elements from row to row of the second operand.</summary>
    public long BRow { get; }

    /// <summary>Elements from column to column of the second operand.</summary>
    public long BColumn { get; }

    /// <summary>Sizes of the batch.</summary>
    public Span<long> Batch { get; }

    /// <summary>Elements from matrix to matrix of the first operand; 0 repeats it.</summary>
    public Span<long> ABatch { get; }

    /// <summary>The same for the second operand.</summary>
    public Span<long> BBatch { get; }

    /// <summary>The same for the result.</summary>
    public Span<long> CBatch { get; }

    // Sizes and strides of the batch, aligned at the end; missing ones are 1.
    private static void Read(ReadOnlySpan<long> shape, bool move, Span<long> strides, Span<long> sizes, out long rows, out long row)
    {
        sizes.Fill(1);
        strides.Clear();
        long stride = shape[^1];
        int rank = shape.Length - 2;
        rows = shape[move ? 0 : rank];
        row = stride;
        if (!move)
        {
            stride *= rows;
        }

        for (int i = 0; i < rank; i++)
        {
            // Innermost first.
            sizes[^(i + 1)] = shape[rank - 1 - i + (move ? 1 : 0)];
            strides[^(i + 1)] = stride;
            stride *= sizes[^(i + 1)];
        }

        if (move)
        {
            row = stride;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static KernelException Mismatch(ReadOnlySpan<long> a, ReadOnlySpan<long> b) =>
        new($"Matrices of the shapes [{string.Join(',', a.ToArray())}] and [{string.Join(',', b.ToArray())}] can't be multiplied.");
}
