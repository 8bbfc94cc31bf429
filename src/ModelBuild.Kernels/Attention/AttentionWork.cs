namespace ModelBuild.Kernels;

/// <summary>One call of <see cref="Attention.Run"/>, divided into parts: a head, or some of its queries.</summary>
internal unsafe struct AttentionWork
{
    // Bytes of scores at most, unless one tile of rows has more.
    private const long ScoreBytes = 192 << 10;

    // Multiplications that are worth a second thread.
    private const double WorkPerThread = 1 << 19;

    // Queries that a part has at least when a head is divided, since each part packs its head's keys and values.
    private const long QueriesPerPart = 64;

    public float* Q;
    public float* K;
    public float* V;
    public float* Mask;
    public float* Y;
    public long Batch;
    public long Heads;
    public long Group;
    public long Queries;
    public long Keys;
    public long Size;
    public long ValueSize;
    public long* QStrides;
    public long* KStrides;
    public long* VStrides;
    public long* YStrides;
    public long* MaskStrides;
    public float Scale;
    public bool IsCausal;
    public long CausalOffset;

    private long _rows;
    private long _scoreStride;
    private long _parts;
    private long _keyLength;
    private long _valueLength;
    private long _workerLength;
    private float* _scratch;

    /// <summary>Computes it.</summary>
    public void Run(KernelContext context)
    {
        int tile = GemmMicrokernels.Current.MaximumRows;
        _scoreStride = Packing.Panels(Keys) * Packing.PanelColumns;
        long fitting = ScoreBytes / Math.Max(1, _scoreStride * sizeof(float)) / tile * tile;
        _rows = Math.Min(Queries, Math.Clamp(fitting, tile, 120));
        _keyLength = Packing.Length(Size, Keys);
        _valueLength = Packing.Length(Keys, ValueSize);
        _workerLength = checked(_keyLength + _valueLength + (_rows * _scoreStride));
        bool isParallel = (double)Batch * Heads * Queries * Keys * (Size + ValueSize) >= 2 * WorkPerThread;
        int threads = isParallel ? context.Threads : 1;
        long heads = Batch * Heads;
        _parts = heads >= 2 * threads ? 1 : Math.Clamp((4L * threads) / heads, 1, Math.Max(1, Queries / QueriesPerPart));
        _scratch = (float*)context.Scratch(Math.Max(1, checked(_workerLength * threads * sizeof(float))));
        long count = heads * _parts;
        fixed (AttentionWork* self = &this)
        {
            if (threads == 1 || count > int.MaxValue)
            {
                for (long i = 0; i < count; i++)
                {
                    RunPart(i, 0);
                }
            }
            else
            {
                context.For((int)count, &RunPart, self);
            }
        }
    }

    private static void RunPart(void* state, int index, int worker) => ((AttentionWork*)state)->RunPart(index, worker);

    private readonly void RunPart(long index, int worker)
    {
        long part = index % _parts;
        long head = index / _parts % Heads;
        long batch = index / _parts / Heads;
        float* keys = _scratch + (worker * _workerLength);
        float* values = keys + _keyLength;
        var (first, count) = Gemm.Share(Queries, _parts, part, 1);
        if (count == 0)
        {
            return;
        }

        Packing.Pack(K + (batch * KStrides[0]) + (head / Group * KStrides[1]), 1, KStrides[2], keys, Size, Keys);
        Packing.Pack(V + (batch * VStrides[0]) + (head / Group * VStrides[1]), VStrides[2], 1, values, Keys, ValueSize);
        for (long row = first; row < first + count; row += _rows)
        {
            Rows(batch, head, row, Math.Min(_rows, first + count - row), keys, values);
        }
    }

    private readonly void Rows(long batch, long head, long row, long rows, float* keys, float* values)
    {
        float* scores = values + _valueLength;

        // Keys beyond the last row's are not looked at.
        long seen = IsCausal ? Math.Clamp(row + rows + CausalOffset, 0, Keys) : Keys;
        GemmBlock product;
        product.A = Q + (batch * QStrides[0]) + (head * QStrides[1]) + (row * QStrides[2]);
        product.AStride = QStrides[2];
        product.Packed = keys;
        product.PanelRows = Size;
        product.C = scores;
        product.CStride = _scoreStride;
        product.Bias = null;
        product.Residual = null;
        product.M = rows;

        // Whole panels: the columns beyond are zeros, and there is room for them.
        product.N = Packing.Panels(seen) * Packing.PanelColumns;
        product.K = Size;
        product.Epilogue = new Epilogue(Activation.None, 0, 0);
        product.Run(GemmMicrokernels.Current);
        for (long i = 0; i < rows; i++)
        {
            long own = IsCausal ? Math.Clamp(row + i + CausalOffset + 1, 0, Keys) : Keys;
            float* score = scores + (i * _scoreStride);
            float* mask = Mask == null ? null : Mask + (batch * MaskStrides[0]) + (head * MaskStrides[1]) + ((row + i) * MaskStrides[2]);
            if (own > 0)
            {
                SoftmaxLoop.Row(score, mask, score, own, Scale, isLogarithm: false);
            }

            for (long j = own; j < seen; j++)
            {
                score[j] = 0;
            }
        }

        product.A = scores;
        product.AStride = _scoreStride;
        product.Packed = values;
        product.PanelRows = Keys;
        product.C = Y + (batch * YStrides[0]) + (head * YStrides[1]) + (row * YStrides[2]);
        product.CStride = YStrides[2];
        product.N = ValueSize;
        product.K = seen;
        product.Run(GemmMicrokernels.Current);
    }
}
