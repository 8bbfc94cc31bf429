namespace ModelBuild.Kernels;

/// <summary>A batch of products of two activations. Each part packs its columns of B, and its rows of A where their elements are apart, into scratch memory.</summary>
internal unsafe struct StridedProduct
{
    // Bytes of packed columns at most, unless one panel is larger: half of a second-level cache.
    private const long PackedBytes = 256 << 10;

    // Bytes of packed rows at most, unless one tile is larger.
    private const long RowBytes = 1 << 20;

    private const long WorkPerThread = 1 << 19;

    public float* A;
    public float* B;
    public float* C;
    public float* Bias;
    public long M;
    public long N;
    public long K;
    public long ARow;
    public long AColumn;
    public long BRow;
    public long BColumn;
    public long CRow;
    public float Scale;
    public Epilogue Epilogue;

    /// <summary>How many batch dimensions count; the strides may have more, which have become rows.</summary>
    public int Rank;
    public long* Batch;
    public long* ABatch;
    public long* BBatch;
    public long* CBatch;

    private long _columnParts;
    private long _rowParts;
    private long _packedLength;
    private long _workerLength;
    private float* _scratch;

    /// <summary>Computes it.</summary>
    public void Run(KernelContext context)
    {
        long matrices = 1;
        for (int i = 0; i < Rank; i++)
        {
            matrices *= Batch[i];
        }

        long panels = Packing.Panels(N);
        long groupPanels = Math.Clamp(PackedBytes / Math.Max(1, K * GemmMicrokernels.PanelColumns * sizeof(float)), 1, 8);
        _columnParts = ((panels - 1) / groupPanels) + 1;
        _rowParts = 1;
        long rows = M;
        if (AColumn != 1)
        {
            long most = Math.Max(GemmMicrokernels.Current.MaximumRows, RowBytes / Math.Max(1, K * sizeof(float)));
            _rowParts = ((M - 1) / most) + 1;
        }

        double work = (double)matrices * M * N * K;
        int threads = work < 2 * WorkPerThread ? 1 : context.Threads;
        long tiles = ((M - 1) / GemmMicrokernels.Current.MaximumRows) + 1;
        if (threads > 1 && matrices * _columnParts * _rowParts < threads * 4L)
        {
            // Smaller groups of panels first; rows too where there are many, since each part of rows packs B again.
            _columnParts = Math.Min(panels, Math.Max(_columnParts, ((threads * 4L) - 1) / (matrices * _rowParts) + 1));
            long missing = (threads * 4L) / (matrices * _columnParts * _rowParts);
            _rowParts = Math.Max(_rowParts, Math.Min(missing, tiles / 8));
        }

        groupPanels = ((panels - 1) / _columnParts) + 1;
        rows = ((M - 1) / _rowParts) + 1;
        _packedLength = groupPanels * GemmMicrokernels.PanelColumns * K;
        long rowLength = AColumn == 1 ? 0 : (((rows * K) + 15) & ~15L);
        _workerLength = _packedLength + rowLength;
        _scratch = (float*)context.Scratch(Math.Max(1, checked(_workerLength * threads * sizeof(float))));
        long parts = matrices * _columnParts * _rowParts;
        fixed (StridedProduct* self = &this)
        {
            if (threads == 1 || parts > int.MaxValue)
            {
                for (long i = 0; i < parts; i++)
                {
                    RunPart(i, 0);
                }
            }
            else
            {
                context.For((int)parts, &RunPart, self);
            }
        }
    }

    private static void RunPart(void* state, int index, int worker) => ((StridedProduct*)state)->RunPart(index, worker);

    private readonly void RunPart(long index, int worker)
    {
        long columnPart = index % _columnParts;
        index /= _columnParts;
        long rowPart = index % _rowParts;
        index /= _rowParts;
        float* a = A, b = B, c = C;
        for (int i = Rank - 1; i >= 0; i--)
        {
            long at = index % Batch[i];
            index /= Batch[i];
            a += at * ABatch[i];
            b += at * BBatch[i];
            c += at * CBatch[i];
        }

        var (row, rows) = Gemm.Share(M, _rowParts, rowPart, 1);
        var (column, columns) = Gemm.Share(N, _columnParts, columnPart, GemmMicrokernels.PanelColumns);
        float* packed = _scratch + (worker * _workerLength);
        Packing.Pack(b + (column * BColumn), BRow, BColumn, packed, K, columns, Scale);
        a += row * ARow;
        long aStride = ARow;
        if (AColumn != 1)
        {
            float* copy = packed + _packedLength;
            CopyRows(a, copy, rows);
            a = copy;
            aStride = K;
        }

        GemmBlock block;
        block.A = a;
        block.AStride = aStride;
        block.Packed = packed;
        block.C = c + (row * CRow) + column;
        block.CStride = CRow;
        block.Bias = Bias == null ? null : Bias + column;
        block.Residual = null;
        block.M = rows;
        block.N = columns;
        block.K = K;
        block.PanelRows = K;
        block.Epilogue = Epilogue;
        block.Run(GemmMicrokernels.Current);
    }

    private readonly void CopyRows(float* a, float* copy, long rows)
    {
        long row = 0;
        if (ARow == 1)
        {
            for (; row + 4 <= rows; row += 4)
            {
                long k = 0;
                for (; k + 4 <= K; k += 4)
                {
                    Packing.Transpose4x4(a + (k * AColumn) + row, AColumn, copy + (row * K) + k, K);
                }

                for (; k < K; k++)
                {
                    for (int i = 0; i < 4; i++)
                    {
                        copy[((row + i) * K) + k] = a[(k * AColumn) + row + i];
                    }
                }
            }
        }

        for (; row < rows; row++)
        {
            for (long k = 0; k < K; k++)
            {
                copy[(row * K) + k] = a[(row * ARow) + (k * AColumn)];
            }
        }
    }
}
