namespace ModelBuild.Kernels;

/// <summary>Dimensions in another order.</summary>
public static unsafe class Transpose
{
    /// <summary>Transposes a tensor of any rank: neighbouring dimensions that stay together are one, then runs are copied whole or matrices transposed in blocks.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x">The source, row-major.</param>
    /// <param name="y">The destination, row-major; its dimension i is the source's <c>perm[i]</c>.</param>
    /// <param name="elementSize">Bytes of an element: 1, 2, 4, 8 or 16.</param>
    /// <param name="shape">The source's sizes.</param>
    /// <param name="perm">The order, each dimension once.</param>
    public static void Run(KernelContext context, byte* x, [Output] byte* y, int elementSize, ReadOnlySpan<long> shape, ReadOnlySpan<long> perm)
    {
        int rank = shape.Length;
        Span<long> memory = rank <= Strides.StackRank ? stackalloc long[Strides.StackRank * 3] : new long[rank * 3];
        Span<long> sizes = memory[..rank];
        Span<long> from = memory.Slice(rank, rank);
        Span<long> to = memory.Slice(2 * rank, rank);
        Strides.RowMajor(shape, to);
        for (int i = 0; i < rank; i++)
        {
            sizes[i] = shape[(int)perm[i]];
            from[i] = to[(int)perm[i]];
        }

        Strides.RowMajor(sizes, to);
        Copy.Strided(context, x, y, elementSize, 0, 0, sizes, from, to);
    }
}
