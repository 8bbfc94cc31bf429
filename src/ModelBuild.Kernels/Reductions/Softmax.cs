namespace ModelBuild.Kernels;

/// <summary>Softmax and its logarithm of <see cref="float"/> tensors.</summary>
public static unsafe class Softmax
{
    // Numbers that are worth a second thread.
    private const long Piece = 8192;

    /// <summary><c>softmax(scale * x + mask)</c> of each row.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x"><c>[rows, columns]</c>.</param>
    /// <param name="mask">Rows of numbers to add, negative infinity for what does not count; <c>null</c> for no mask.</param>
    /// <param name="y">Result, of the same shape; may be <paramref name="x"/>.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="scale">Factor of <paramref name="x"/>.</param>
    /// <param name="maskRepeat">Number of successive rows of <paramref name="x"/> that go through the same rows of the mask; 0 for all.</param>
    /// <param name="maskRows">Number of successive rows of the mask that they go through, round and round.</param>
    /// <remarks>Row r uses row <c>(r / maskRepeat) * maskRows + r % maskRows</c> of the mask: with scores <c>[b, h, s, t]</c> a mask <c>[b, 1, 1, t]</c> has
    /// the repeat <c>h * s</c> and one row, a mask <c>[b, 1, s, t]</c> the same repeat and <c>s</c> rows.</remarks>
    public static void Rows(
        KernelContext context, float* x, float* mask, [Output] float* y, long rows, long columns, float scale = 1, long maskRepeat = 0, long maskRows = 1) =>
        Run(context, new Work { X = x, Y = y, Outer = rows, Columns = columns, Mask = mask, Scale = scale, MaskRepeat = maskRepeat == 0 ? long.MaxValue : maskRepeat, MaskRows = maskRows });

    /// <summary>The logarithm of the softmax of each row.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x"><c>[rows, columns]</c>.</param>
    /// <param name="y">Result, of the same shape; may be <paramref name="x"/>.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">Numbers of a row.</param>
    public static void LogarithmOfRows(KernelContext context, float* x, [Output] float* y, long rows, long columns) =>
        Run(context, new Work { X = x, Y = y, Outer = rows, Columns = columns, Scale = 1, MaskRepeat = long.MaxValue, MaskRows = 1, IsLogarithm = true });

    /// <summary>Softmax along the middle one of three dimensions.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x"><c>[outer, size, inner]</c>.</param>
    /// <param name="y">Result, of the same shape; may be <paramref name="x"/>.</param>
    /// <param name="outer">First dimension.</param>
    /// <param name="size">Dimension whose numbers share one.</param>
    /// <param name="inner">Last dimension.</param>
    /// <param name="isLogarithm">Whether the logarithm is wanted.</param>
    public static void Along(KernelContext context, float* x, [Output] float* y, long outer, long size, long inner, bool isLogarithm = false)
    {
        if (inner == 1)
        {
            Run(context, new Work { X = x, Y = y, Outer = outer, Columns = size, Scale = 1, MaskRepeat = long.MaxValue, MaskRows = 1, IsLogarithm = isLogarithm });
            return;
        }

        Run(context, new Work { X = x, Y = y, Outer = outer, Columns = inner, Size = size, IsLogarithm = isLogarithm });
    }

    private static void Run(KernelContext context, Work work)
    {
        work.Rows = work.Outer;
        long rowLength = work.Columns * Math.Max(1, work.Size);
        if (work.Outer == 0 || rowLength == 0)
        {
            return;
        }

        if (context.Threads > 1 && work.Outer > 1 && work.Outer * rowLength >= 2 * Piece)
        {
            work.Rows = Math.Max(1, Piece / rowLength);
            context.For((int)((work.Outer + work.Rows - 1) / work.Rows), &RunPiece, &work);
            return;
        }

        RunPiece(&work, 0, 0);
    }

    private static void RunPiece(void* state, int index, int worker)
    {
        Work* work = (Work*)state;
        long first = index * work->Rows;
        long end = Math.Min(work->Outer, first + work->Rows);
        for (long row = first; row < end; row++)
        {
            if (work->Size != 0)
            {
                long offset = row * work->Size * work->Columns;
                SoftmaxLoop.Columns(work->X + offset, work->Y + offset, work->Size, work->Columns, work->IsLogarithm);
                continue;
            }

            float* mask = work->Mask == null ? null : work->Mask + (((row / work->MaskRepeat * work->MaskRows) + (row % work->MaskRows)) * work->Columns);
            SoftmaxLoop.Row(work->X + (row * work->Columns), mask, work->Y + (row * work->Columns), work->Columns, work->Scale, work->IsLogarithm);
        }
    }

    private struct Work
    {
        public float* X;
        public float* Y;
        public long Outer;
        public long Columns;
        public long Size;
        public long Rows;
        public float* Mask;
        public float Scale;
        public long MaskRepeat;
        public long MaskRows;
        public bool IsLogarithm;
    }
}
