using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>Copies an n-dimensional block between two layouts. The core of every operator that moves elements.</summary>
internal static class StridedCopy
{
    // Up to so many elements a loop is cheaper than a call.
    private const int ShortRow = 6;

    /// <summary>Copies one tensor's elements to another's; both strides in elements, of any sign, 0 to repeat an element of the source.</summary>
    /// <param name="source">Element at index 0 of every dimension.</param>
    /// <param name="destination">Element at index 0 of every dimension.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="sourceStrides">Distance of neighbours in the source, per dimension.</param>
    /// <param name="destinationStrides">Distance of neighbours in the destination, per dimension.</param>
    /// <remarks>The caller has checked that every element lies in its buffer.</remarks>
    public static void Run<T>(ref T source, ref T destination, ReadOnlySpan<long> shape, ReadOnlySpan<long> sourceStrides, ReadOnlySpan<long> destinationStrides)
    {
        int rank = shape.Length;
        Span<long> memory = rank <= Strides.StackRank ? stackalloc long[Strides.StackRank * 4] : new long[rank * 4];
        Span<long> sizes = memory[..rank];
        Span<long> from = memory.Slice(rank, rank);
        Span<long> to = memory.Slice(2 * rank, rank);
        Span<long> index = memory.Slice(3 * rank, rank);
        rank = Collapse(shape, sourceStrides, destinationStrides, sizes, from, to);
        if (rank < 0)
        {
            return;
        }

        if (rank == 0)
        {
            destination = source;
            return;
        }

        if (rank == 1)
        {
            Rows(ref source, 0, from[0], ref destination, 0, to[0], 1, sizes[0]);
            return;
        }

        bool isTransposed = to[rank - 1] == 1 && from[rank - 1] != 1 && from[rank - 1] != 0 && MoveUnitStrideInward(sizes[..rank], from, to);
        int outer = rank - 2;
        index[..outer].Clear();
        while (true)
        {
            if (isTransposed)
            {
                Transpose2D.Run(ref source, from[rank - 1], ref destination, to[rank - 2], sizes[rank - 2], sizes[rank - 1]);
            }
            else
            {
                Rows(ref source, from[rank - 2], from[rank - 1], ref destination, to[rank - 2], to[rank - 1], sizes[rank - 2], sizes[rank - 1]);
            }

            int d = outer - 1;
            for (; d >= 0; d--)
            {
                source = ref Unsafe.Add(ref source, (nint)from[d]);
                destination = ref Unsafe.Add(ref destination, (nint)to[d]);
                if (++index[d] < sizes[d])
                {
                    break;
                }

                source = ref Unsafe.Add(ref source, (nint)(-sizes[d] * from[d]));
                destination = ref Unsafe.Add(ref destination, (nint)(-sizes[d] * to[d]));
                index[d] = 0;
            }

            if (d < 0)
            {
                return;
            }
        }
    }

    /// <summary>Leaves out dimensions of size 1 and joins neighbours that are contiguous on both sides. Returns the new rank, or -1 where there are no elements.</summary>
    public static int Collapse(ReadOnlySpan<long> shape, ReadOnlySpan<long> sourceStrides, ReadOnlySpan<long> destinationStrides, Span<long> sizes, Span<long> from, Span<long> to)
    {
        int rank = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            long size = shape[i];
            if (size == 0)
            {
                return -1;
            }

            if (size == 1)
            {
                continue;
            }

            if (rank > 0 && from[rank - 1] == sourceStrides[i] * size && to[rank - 1] == destinationStrides[i] * size)
            {
                sizes[rank - 1] *= size;
                from[rank - 1] = sourceStrides[i];
                to[rank - 1] = destinationStrides[i];
                continue;
            }

            sizes[rank] = size;
            from[rank] = sourceStrides[i];
            to[rank] = destinationStrides[i];
            rank++;
        }

        return rank;
    }

    // The dimension along which the source is contiguous becomes the last but one, for a blocked transposition with the last.
    private static bool MoveUnitStrideInward(Span<long> sizes, Span<long> from, Span<long> to)
    {
        int rank = sizes.Length;
        int unit = from[..(rank - 1)].LastIndexOf(1L);
        if (unit < 0)
        {
            return false;
        }

        for (int i = unit; i < rank - 2; i++)
        {
            (sizes[i], sizes[i + 1]) = (sizes[i + 1], sizes[i]);
            (from[i], from[i + 1]) = (from[i + 1], from[i]);
            (to[i], to[i + 1]) = (to[i + 1], to[i]);
        }

        return true;
    }

    // The two innermost dimensions.
    private static void Rows<T>(ref T source, long fromRow, long from, ref T destination, long toRow, long to, long rows, long count)
    {
        if (from == 1 && to == 1 && count > ShortRow)
        {
            for (; rows > 0; rows--)
            {
                Block(ref source, ref destination, count);
                source = ref Unsafe.Add(ref source, (nint)fromRow);
                destination = ref Unsafe.Add(ref destination, (nint)toRow);
            }
        }
        else if (from == 0 && to == 1 && count > ShortRow)
        {
            for (; rows > 0; rows--)
            {
                Fill(ref destination, source, count);
                source = ref Unsafe.Add(ref source, (nint)fromRow);
                destination = ref Unsafe.Add(ref destination, (nint)toRow);
            }
        }
        else
        {
            for (; rows > 0; rows--)
            {
                ref T x = ref source;
                ref T y = ref destination;
                for (long i = 0; i < count; i++)
                {
                    y = x;
                    x = ref Unsafe.Add(ref x, (nint)from);
                    y = ref Unsafe.Add(ref y, (nint)to);
                }

                source = ref Unsafe.Add(ref source, (nint)fromRow);
                destination = ref Unsafe.Add(ref destination, (nint)toRow);
            }
        }
    }

    private static void Fill<T>(ref T destination, T value, long count)
    {
        while (count > 0)
        {
            int part = (int)Math.Min(count, 1 << 30);
            MemoryMarshal.CreateSpan(ref destination, part).Fill(value);
            destination = ref Unsafe.Add(ref destination, part);
            count -= part;
        }
    }

    /// <summary>Copies neighbouring elements.</summary>
    public static void Block<T>(ref T source, ref T destination, long count)
    {
        while (count > 0)
        {
            int part = (int)Math.Min(count, 1 << 30);
            MemoryMarshal.CreateReadOnlySpan(ref source, part).CopyTo(MemoryMarshal.CreateSpan(ref destination, part));
            source = ref Unsafe.Add(ref source, part);
            destination = ref Unsafe.Add(ref destination, part);
            count -= part;
        }
    }
}
