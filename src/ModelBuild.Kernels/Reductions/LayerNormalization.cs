using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Layer and RMS normalization of rows of <see cref="float"/>.</summary>
public static unsafe class LayerNormalization
{
    // Numbers that are worth a second thread.
    private const long Piece = 16384;

    /// <summary><c>y = (s - mean(s)) / sqrt(variance(s) + epsilon) * scale + bias</c> of each row, with <c>s = x + residual</c>.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x"><c>[rows, columns]</c>.</param>
    /// <param name="residual">The same shape; <c>null</c> for none.</param>
    /// <param name="scale"><c>[columns]</c>; <c>null</c> for none.</param>
    /// <param name="bias"><c>[columns]</c>; <c>null</c> for none.</param>
    /// <param name="y">Result, of the shape of <paramref name="x"/>; may be <paramref name="x"/> or <paramref name="residual"/>.</param>
    /// <param name="sum">Gets <c>s</c>; <c>null</c> where it is not wanted.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="epsilon">Keeps the root from zero.</param>
    public static void Rows(
        KernelContext context, float* x, float* residual, float* scale, float* bias, [Output] float* y, [Output] float* sum, long rows, long columns, float epsilon) =>
        Run(context, new Work { X = x, Residual = residual, Scale = scale, Bias = bias, Y = y, Sum = sum, Rows = rows, Columns = columns, Epsilon = epsilon, IsCentered = true });

    /// <summary><c>y = s / sqrt(mean(s^2) + epsilon) * scale</c> of each row, with <c>s = x + residual</c>.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x"><c>[rows, columns]</c>.</param>
    /// <param name="residual">The same shape; <c>null</c> for none.</param>
    /// <param name="scale"><c>[columns]</c>; <c>null</c> for none.</param>
    /// <param name="y">Result, of the shape of <paramref name="x"/>; may be <paramref name="x"/> or <paramref name="residual"/>.</param>
    /// <param name="sum">Gets <c>s</c>; <c>null</c> where it is not wanted.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="epsilon">Keeps the root from zero.</param>
    public static void RootMeanSquareOfRows(
        KernelContext context, float* x, float* residual, float* scale, [Output] float* y, [Output] float* sum, long rows, long columns, float epsilon) =>
        Run(context, new Work { X = x, Residual = residual, Scale = scale, Y = y, Sum = sum, Rows = rows, Columns = columns, Epsilon = epsilon });

    /// <summary>The same for an operator that wants the moments too.</summary>
    internal static void Run(
        KernelContext context, float* x, float* scale, float* bias, float* y, float* means, float* factors, long rows, long columns, float epsilon, bool isCentered) =>
        Run(context, new Work { X = x, Scale = scale, Bias = bias, Y = y, Means = means, Factors = factors, Rows = rows, Columns = columns, Epsilon = epsilon, IsCentered = isCentered });

    private static void Run(KernelContext context, Work work)
    {
        work.Step = work.Rows;
        if (work.Rows == 0 || work.Columns == 0)
        {
            return;
        }

        if (context.Threads > 1 && work.Rows > 1 && work.Rows * work.Columns >= 2 * Piece)
        {
            work.Step = Math.Max(1, Piece / work.Columns);
            context.For((int)((work.Rows + work.Step - 1) / work.Step), &RunPiece, &work);
            return;
        }

        RunPiece(&work, 0, 0);
    }

    private static void RunPiece(void* state, int index, int worker)
    {
        Work* work = (Work*)state;
        long first = index * work->Step;
        long end = Math.Min(work->Rows, first + work->Step);
        for (long row = first; row < end; row++)
        {
            long offset = row * work->Columns;
            float* x = work->X + offset;
            float* y = work->Y + offset;
            if (work->Residual != null)
            {
                float* sum = work->Sum == null ? y : work->Sum + offset;
                BinaryLoop.Run<Add>(x, 1, work->Residual + offset, 1, sum, work->Columns);
                x = sum;
            }
            else if (work->Sum != null)
            {
                Buffer.MemoryCopy(x, work->Sum + offset, work->Columns * sizeof(float), work->Columns * sizeof(float));
            }

            float factor = NormalizationLoop.Row(x, work->Scale, work->Bias, y, work->Columns, work->Epsilon, work->IsCentered, out float mean);
            if (work->Means != null)
            {
                work->Means[row] = mean;
            }

            if (work->Factors != null)
            {
                work->Factors[row] = factor;
            }
        }
    }

    private struct Work
    {
        public float* X;
        public float* Residual;
        public float* Scale;
        public float* Bias;
        public float* Y;
        public float* Sum;
        public float* Means;
        public float* Factors;
        public long Rows;
        public long Columns;
        public long Step;
        public float Epsilon;
        public bool IsCentered;
    }
}
