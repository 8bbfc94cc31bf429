using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Functions of one or more <see cref="float"/> tensors, element by element.</summary>
public static unsafe partial class Elementwise
{
    // Below this number of elements a second thread costs more than it gives; a piece of work is never smaller.
    private const int Piece = 16384;

    /// <summary><c>y[i] = f(x[i])</c>. <paramref name="y"/> may be <paramref name="x"/>.</summary>
    /// <typeparam name="TOperation">The function.</typeparam>
    /// <param name="context">Threads.</param>
    /// <param name="x">Arguments.</param>
    /// <param name="y">Results.</param>
    /// <param name="length">How many.</param>
    /// <param name="alpha">First parameter of the function.</param>
    /// <param name="beta">Second parameter of the function.</param>
    public static void Unary<TOperation>(KernelContext context, float* x, [Output] float* y, long length, float alpha = 0, float beta = 0)
        where TOperation : struct, IUnaryOperation
    {
        if (context.Threads == 1 || length < 2 * Piece)
        {
            UnaryLoop.Run<TOperation>(x, y, length, alpha, beta);
            return;
        }

        UnaryWork work = new() { X = x, Y = y, Length = length, Alpha = alpha, Beta = beta };
        context.For((int)((length + Piece - 1) / Piece), &RunPiece<TOperation>, &work);
    }

    private static void RunPiece<TOperation>(void* state, int index, int worker)
        where TOperation : struct, IUnaryOperation
    {
        UnaryWork* work = (UnaryWork*)state;
        long start = (long)index * Piece;
        UnaryLoop.Run<TOperation>(work->X + start, work->Y + start, Math.Min(Piece, work->Length - start), work->Alpha, work->Beta);
    }

    private struct UnaryWork
    {
        public float* X;
        public float* Y;
        public long Length;
        public float Alpha;
        public float Beta;
    }
}
