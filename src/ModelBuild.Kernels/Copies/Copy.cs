using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Copies blocks between two layouts: slices, concatenations, paddings, repetitions.</summary>
public static unsafe class Copy
{
    /// <summary>Bytes from which several threads pay.</summary>
    internal const long ParallelBytes = 1 << 20;

    /// <summary>Copies an n-dimensional block.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x">The source.</param>
    /// <param name="y">The destination, which does not overlap the source.</param>
    /// <param name="elementSize">Bytes of an element: 1, 2, 4, 8 or 16.</param>
    /// <param name="xStart">First element in the source.</param>
    /// <param name="yStart">First element in the destination.</param>
    /// <param name="shape">Sizes of the block.</param>
    /// <param name="xStrides">Distance of neighbours in the source in elements, per dimension; negative ones go backwards, 0 repeats.</param>
    /// <param name="yStrides">Distance of neighbours in the destination in elements, per dimension.</param>
    public static void Strided(KernelContext context, byte* x, [Output] byte* y, int elementSize, long xStart, long yStart, ReadOnlySpan<long> shape, ReadOnlySpan<long> xStrides, ReadOnlySpan<long> yStrides)
    {
        x += xStart * elementSize;
        y += yStart * elementSize;
        switch (elementSize)
        {
            case 1:
                Run<byte>(context, x, y, shape, xStrides, yStrides);
                break;
            case 2:
                Run<ushort>(context, x, y, shape, xStrides, yStrides);
                break;
            case 4:
                Run<uint>(context, x, y, shape, xStrides, yStrides);
                break;
            case 8:
                Run<ulong>(context, x, y, shape, xStrides, yStrides);
                break;
            case 16:
                Run<UInt128>(context, x, y, shape, xStrides, yStrides);
                break;
            default:
                throw new KernelException($"There are no elements of {elementSize} bytes.");
        }
    }

    private static void Run<T>(KernelContext context, byte* x, byte* y, ReadOnlySpan<long> shape, ReadOnlySpan<long> xStrides, ReadOnlySpan<long> yStrides)
        where T : unmanaged
    {
        long count = Strides.Product(shape);
        if (context.Threads == 1 || count * sizeof(T) < ParallelBytes || shape.Length > Strides.StackRank)
        {
            StridedCopy.Run(ref Unsafe.AsRef<T>(x), ref Unsafe.AsRef<T>(y), shape, xStrides, yStrides);
            return;
        }

        // The longest of the outer dimensions is cut.
        int cut = 0;
        for (int i = 1; i < shape.Length - 1; i++)
        {
            cut = shape[i] > shape[cut] ? i : cut;
        }

        int pieces = (int)Math.Min(shape[cut], context.Threads * 4);
        fixed (long* s = shape, from = xStrides, to = yStrides)
        {
            var work = new Work(x, y, shape.Length, s, from, to, cut, pieces);
            context.For(pieces, &Piece<T>, &work);
        }
    }

    private static void Piece<T>(void* state, int piece, int worker)
        where T : unmanaged
    {
        var work = (Work*)state;
        Span<long> shape = stackalloc long[Strides.StackRank];
        shape = shape[..work->Rank];
        new ReadOnlySpan<long>(work->Shape, work->Rank).CopyTo(shape);
        long size = shape[work->Cut];
        long start = size * piece / work->Pieces;
        shape[work->Cut] = (size * (piece + 1) / work->Pieces) - start;
        StridedCopy.Run(
            ref Unsafe.AsRef<T>((T*)work->X + (start * work->From[work->Cut])),
            ref Unsafe.AsRef<T>((T*)work->Y + (start * work->To[work->Cut])),
            shape,
            new ReadOnlySpan<long>(work->From, work->Rank),
            new ReadOnlySpan<long>(work->To, work->Rank));
    }

    private readonly struct Work(byte* x, byte* y, int rank, long* shape, long* from, long* to, int cut, int pieces)
    {
        public readonly byte* X = x;
        public readonly byte* Y = y;
        public readonly int Rank = rank;
        public readonly long* Shape = shape;
        public readonly long* From = from;
        public readonly long* To = to;
        public readonly int Cut = cut;
        public readonly int Pieces = pieces;
    }
}
