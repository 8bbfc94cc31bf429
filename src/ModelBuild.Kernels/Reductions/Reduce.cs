using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Reductions of <see cref="float"/> tensors along one dimension.</summary>
public static unsafe class Reduce
{
    // Numbers that are worth a second thread.
    private const long Piece = 32768;

    /// <summary>Reduces the middle one of three dimensions.</summary>
    /// <typeparam name="TReduction">The reduction.</typeparam>
    /// <param name="context">Threads.</param>
    /// <param name="x"><c>[outer, size, inner]</c>.</param>
    /// <param name="y"><c>[outer, inner]</c>.</param>
    /// <param name="outer">First dimension.</param>
    /// <param name="size">Dimension that is reduced.</param>
    /// <param name="inner">Last dimension.</param>
    public static void Along<TReduction>(KernelContext context, float* x, [Output] float* y, long outer, long size, long inner)
        where TReduction : struct, IReduction
    {
        Work work = new() { X = x, Y = y, Outer = outer, Size = size, Inner = inner, Rows = outer };
        if (outer == 0 || inner == 0)
        {
            return;
        }

        if (context.Threads > 1 && outer > 1 && outer * size * inner >= 2 * Piece)
        {
            work.Rows = Math.Max(1, Piece / Math.Max(1, size * inner));
            context.For((int)((outer + work.Rows - 1) / work.Rows), &Run<TReduction>, &work);
            return;
        }

        Run<TReduction>(&work, 0, 0);
    }

    /// <summary>The mean along the middle one of three dimensions.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x"><c>[outer, size, inner]</c>.</param>
    /// <param name="y"><c>[outer, inner]</c>.</param>
    /// <param name="outer">First dimension.</param>
    /// <param name="size">Dimension that is reduced.</param>
    /// <param name="inner">Last dimension.</param>
    public static void Mean(KernelContext context, float* x, [Output] float* y, long outer, long size, long inner)
    {
        Along<SumOf>(context, x, y, outer, size, inner);
        for (long i = 0; i < outer * inner; i++)
        {
            y[i] /= size;
        }
    }

    private static void Run<TReduction>(void* state, int index, int worker)
        where TReduction : struct, IReduction
    {
        Work* work = (Work*)state;
        long first = index * work->Rows;
        long end = Math.Min(work->Outer, first + work->Rows);
        if (work->Inner == 1)
        {
            ReduceLoop.Rows<TReduction>(work->X + (first * work->Size), work->Y + first, end - first, work->Size);
            return;
        }

        for (long i = first; i < end; i++)
        {
            ReduceLoop.Columns<TReduction>(work->X + (i * work->Size * work->Inner), work->Y + (i * work->Inner), work->Size, work->Inner, work->Inner);
        }
    }

    private struct Work
    {
        public float* X;
        public float* Y;
        public long Outer;
        public long Size;
        public long Inner;
        public long Rows;
    }
}
