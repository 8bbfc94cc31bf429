namespace ModelBuild.Kernels;

/// <summary>
/// Matrix products in fp32. Each element sums its products by ascending k with one rounding each (two on processors without fused multiply-add), then adds the bias,
/// then the residual, then applies the activation: the same bits for every instruction set with fused multiply-add and every number of threads.
/// </summary>
public static unsafe partial class Gemm
{
    // Multiplications that a thread must have to do, or waking another one costs more than it gains.
    private const long WorkPerThread = 1 << 19;

    // Tiles per thread: enough that a thread that is held up holds up the others by a fraction.
    private const int PartsPerThread = 4;

    /// <summary><c>c = activation(a * b + bias + residual)</c>, where b was packed by <see cref="Packing"/>.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="a"><paramref name="m"/> rows of <paramref name="k"/> adjacent elements.</param>
    /// <param name="b">The packed panels, aligned to 64 bytes.</param>
    /// <param name="bias"><paramref name="n"/> elements, or null.</param>
    /// <param name="residual">Rows as in <paramref name="c"/>, or null. It may be <paramref name="c"/> itself.</param>
    /// <param name="c"><paramref name="m"/> rows of <paramref name="n"/> adjacent elements; must not overlap <paramref name="a"/>.</param>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Columns of the result.</param>
    /// <param name="k">Length of the sums; 0 gives sums of 0.</param>
    /// <param name="lda">Elements from row to row of <paramref name="a"/>.</param>
    /// <param name="ldc">Elements from row to row of <paramref name="c"/> and <paramref name="residual"/>.</param>
    /// <param name="activation">What is applied last.</param>
    /// <param name="alpha">First parameter of the activation.</param>
    /// <param name="beta">Second parameter of the activation.</param>
    public static void Packed(KernelContext context, float* a, float* b, float* bias, float* residual, [Output] float* c, long m, int n, int k, long lda, long ldc, Activation activation = Activation.None, float alpha = 0, float beta = 0)
    {
        if (m <= 0 || n <= 0)
        {
            return;
        }

        GemmBlock block;
        block.A = a;
        block.AStride = lda;
        block.Packed = b;
        block.C = c;
        block.CStride = ldc;
        block.Bias = bias;
        block.Residual = residual;
        block.M = m;
        block.N = n;
        block.K = k;
        block.PanelRows = k;
        block.Epilogue = new Epilogue(activation, alpha, beta);
        GemmMicrokernels kernels = GemmMicrokernels.Current;
        if (context.Threads == 1 || ((double)m * n * k) < 2 * WorkPerThread)
        {
            block.Run(kernels);
            return;
        }

        PackedParts parts = PackedParts.Divide(block, context.Threads, kernels);
        context.For(parts.Count, &PackedParts.RunPart, &parts);
    }

    // A product with packed operand, divided into parts by rows and columns.
    private struct PackedParts
    {
        private GemmBlock _block;
        private long _rowParts;
        private long _columnParts;

        public readonly int Count => (int)(_rowParts * _columnParts);

        public static PackedParts Divide(in GemmBlock block, int threads, GemmMicrokernels kernels)
        {
            long rowTiles = ((block.M - 1) / kernels.MaximumRows) + 1;

            // Few rows: whole groups of panels, as wide as the widest microkernel.
            long groupPanels = rowTiles == 1 ? 4 : 1;
            long columnGroups = ((Packing.Panels(block.N) - 1) / groupPanels) + 1;
            double work = (double)block.M * block.N * block.K;
            long wanted = (long)Math.Min(threads * (double)PartsPerThread, Math.Max(threads, work / WorkPerThread));

            // Parts of columns read A several times, parts of rows B: the smaller is read more often.
            long columnParts, rowParts;
            if (block.M >= block.N)
            {
                rowParts = Math.Min(rowTiles, wanted);
                columnParts = Math.Min(columnGroups, ((wanted - 1) / rowParts) + 1);
            }
            else
            {
                columnParts = Math.Min(columnGroups, wanted);
                rowParts = Math.Min(rowTiles, ((wanted - 1) / columnParts) + 1);
            }

            return new PackedParts { _block = block, _rowParts = rowParts, _columnParts = columnParts };
        }

        public static void RunPart(void* state, int index, int worker)
        {
            var parts = (PackedParts*)state;
            ref GemmBlock block = ref parts->_block;
            var (row, rows) = Share(block.M, parts->_rowParts, index / parts->_columnParts, 1);
            var (column, columns) = Share(block.N, parts->_columnParts, index % parts->_columnParts, GemmMicrokernels.PanelColumns);
            block.Part(row, rows, column, columns).Run(GemmMicrokernels.Current);
        }
    }

    /// <summary>One of some nearly equal shares of a length, divided at multiples of a unit.</summary>
    internal static (long Start, long Length) Share(long length, long shares, long index, long unit)
    {
        long units = ((length - 1) / unit) + 1;
        long start = Math.Min(length, (units * index / shares) * unit);
        long end = Math.Min(length, (units * (index + 1) / shares) * unit);
        return (start, end - start);
    }
}
