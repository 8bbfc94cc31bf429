using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

public static unsafe partial class Elementwise
{
    /// <summary><c>z[i] = f(x[i], y[i])</c>. <paramref name="z"/> may be <paramref name="x"/> or <paramref name="y"/>.</summary>
    /// <typeparam name="TOperation">The function.</typeparam>
    /// <param name="context">Threads.</param>
    /// <param name="x">First operand.</param>
    /// <param name="y">Second operand.</param>
    /// <param name="z">Results.</param>
    /// <param name="length">How many.</param>
    public static void Binary<TOperation>(KernelContext context, float* x, float* y, [Output] float* z, long length)
        where TOperation : struct, IBinaryOperation => BinaryRow<TOperation>(context, x, 1, y, 1, z, length);

    /// <summary><c>z = f(x, y)</c> with the operands repeated along dimensions where they have one element. <paramref name="z"/> may be an operand that has all of its elements.</summary>
    /// <typeparam name="TOperation">The function.</typeparam>
    /// <param name="context">Threads.</param>
    /// <param name="x">First operand.</param>
    /// <param name="y">Second operand.</param>
    /// <param name="z">Results, of the shape that the two give.</param>
    /// <param name="xShape">Sizes of the first operand.</param>
    /// <param name="yShape">Sizes of the second operand.</param>
    /// <exception cref="KernelException">The shapes don't fit each other.</exception>
    public static void Broadcast<TOperation>(KernelContext context, float* x, float* y, [Output] float* z, ReadOnlySpan<long> xShape, ReadOnlySpan<long> yShape)
        where TOperation : struct, IBinaryOperation
    {
        Span<long> shape = stackalloc long[Math.Min(BroadcastLayout.MaxRank, Math.Max(xShape.Length, yShape.Length))];
        int rank = BroadcastLayout.Shape(xShape, yShape, shape);
        BroadcastTo<TOperation>(context, x, y, z, shape[..rank], xShape, yShape);
    }

    /// <summary>The same with the result's shape given.</summary>
    internal static void BroadcastTo<TOperation>(
        KernelContext context, float* x, float* y, float* z, ReadOnlySpan<long> shape, ReadOnlySpan<long> xShape, ReadOnlySpan<long> yShape)
        where TOperation : struct, IBinaryOperation
    {
        long* memory = stackalloc long[BroadcastLayout.Words(shape.Length)];
        BroadcastLayout layout = BroadcastLayout.Create(memory, shape, xShape, yShape);
        if (layout.Outer == 0 || layout.Inner == 0)
        {
            return;
        }

        if (layout.Outer == 1)
        {
            BinaryRow<TOperation>(context, x, layout.StepX, y, layout.StepY, z, layout.Inner);
            return;
        }

        BinaryWork work = new() { X = x, Y = y, Z = z, Layout = &layout, Rows = layout.Outer };
        if (context.Threads > 1 && layout.Outer * layout.Inner >= 2 * Piece)
        {
            work.Rows = Math.Max(1, Piece / layout.Inner);
            context.For((int)((layout.Outer + work.Rows - 1) / work.Rows), &RunRows<TOperation>, &work);
            return;
        }

        RunRows<TOperation>(&work, 0, 0);
    }

    private static void BinaryRow<TOperation>(KernelContext context, float* x, long stepX, float* y, long stepY, float* z, long length)
        where TOperation : struct, IBinaryOperation
    {
        if (context.Threads == 1 || length < 2 * Piece)
        {
            BinaryLoop.Run<TOperation>(x, stepX, y, stepY, z, length);
            return;
        }

        BinaryWork work = new() { X = x, StepX = stepX, Y = y, StepY = stepY, Z = z, Length = length };
        context.For((int)((length + Piece - 1) / Piece), &RunBinaryPiece<TOperation>, &work);
    }

    private static void RunBinaryPiece<TOperation>(void* state, int index, int worker)
        where TOperation : struct, IBinaryOperation
    {
        BinaryWork* work = (BinaryWork*)state;
        long start = (long)index * Piece;
        BinaryLoop.Run<TOperation>(
            work->X + (start * work->StepX), work->StepX, work->Y + (start * work->StepY), work->StepY, work->Z + start, Math.Min(Piece, work->Length - start));
    }

    private static void RunRows<TOperation>(void* state, int index, int worker)
        where TOperation : struct, IBinaryOperation
    {
        BinaryWork* work = (BinaryWork*)state;
        BroadcastLayout* layout = work->Layout;
        long first = index * work->Rows;
        long end = Math.Min(layout->Outer, first + work->Rows);
        long* position = stackalloc long[Math.Max(1, layout->Rank)];
        BroadcastCursor cursor = new(layout, position, first);
        for (long row = first; row < end;)
        {
            long rows = Math.Min(end - row, layout->Sizes[0] - cursor.InnerIndex);
            BinaryLoop.Rows<TOperation>(
                work->X + cursor.X, layout->StepX, layout->Strides(0)[0], work->Y + cursor.Y, layout->StepY, layout->Strides(1)[0], work->Z + (row * layout->Inner), rows, layout->Inner);
            row += rows;
            cursor.NextBlock();
        }
    }

    private struct BinaryWork
    {
        public float* X;
        public long StepX;
        public float* Y;
        public long StepY;
        public float* Z;
        public long Length;
        public BroadcastLayout* Layout;
        public long Rows;
    }
}
