namespace ModelBuild.Kernels;

/// <summary>Sizes and operands of one call of <see cref="Recurrence"/>. A direction is done by one thread when there are two.</summary>
internal unsafe struct RecurrenceJob
{
    // Gates of the input that are made at once: what the second-level cache holds.
    private const long ChunkFloats = 1 << 16;

    public float* X;
    public float* Weights;
    public float* Recurrent;
    public float* Bias;
    public int* Lengths;
    public float* InitialH;
    public float* InitialC;
    public float* Y;
    public float* LastH;
    public float* LastC;
    public float* Scratch;
    public long Steps;
    public long Batch;
    public int Input;
    public int Hidden;
    public int Directions;
    public int Gates;
    public bool IsReverse;
    public bool IsBatchFirst;
    public bool IsLinear;

    private readonly int Blocks => RecurrencePacking.Blocks(Hidden);

    private readonly long Width => RecurrencePacking.GateLength(Gates, Hidden);

    private readonly long Padded => (long)Blocks * RecurrencePacking.Block;

    // Without sequence lengths and with the batch inside, consecutive steps are consecutive rows.
    private readonly long Chunk => Lengths != null || IsBatchFirst ? Math.Max(1, Steps) : Math.Clamp(ChunkFloats / Math.Max(1, Batch * Width), 1, Math.Max(1, Steps));

    // The input's gates of a chunk, state, cell or product with the reset gate, the state's gates of a GRU.
    private readonly long ScratchPerDirection => checked((Chunk * Batch * Width) + (2 * Batch * Padded) + (Batch * Width));

    public void Run(KernelContext context)
    {
        Check();
        Scratch = (float*)context.Scratch(checked(ScratchPerDirection * Directions * sizeof(float)));
        if (Directions == 2 && context.Threads > 1)
        {
            fixed (RecurrenceJob* job = &this)
            {
                context.For(Directions, &RunDirection, job);
            }

            return;
        }

        for (int direction = 0; direction < Directions; direction++)
        {
            RunDirection(direction, context);
        }
    }

    private readonly void Check()
    {
        if (Steps < 0 || Batch < 0 || Input < 0 || Hidden < 1 || Directions is < 1 or > 2)
        {
            throw new KernelException($"A recurrent layer of {Steps} steps, {Batch} sequences, {Input} inputs, {Hidden} units and {Directions} directions.");
        }

        for (long sequence = 0; Lengths != null && sequence < Batch; sequence++)
        {
            if (Lengths[sequence] < 0 || Lengths[sequence] > Steps)
            {
                throw new KernelException($"Sequence {sequence} can't have {Lengths[sequence]} of {Steps} steps.");
            }
        }
    }

    private static void RunDirection(void* state, int direction, int worker) => ((RecurrenceJob*)state)->RunDirection(direction, null);

    // A context is given when the products may use its threads.
    private readonly void RunDirection(int direction, KernelContext? context)
    {
        float* projected = Scratch + (direction * ScratchPerDirection);
        float* state = projected + (Chunk * Batch * Width);
        float* cell = state + (Batch * Padded);
        float* products = cell + (Batch * Padded);
        LoadState(InitialH, direction, state);
        LoadState(InitialC, direction, cell);
        bool backwards = IsReverse || direction == 1;
        for (long first = 0; first < Steps; first += Chunk)
        {
            long count = Math.Min(Chunk, Steps - first);
            long firstTime = backwards ? Steps - first - count : first;
            Project(context, direction, firstTime, count, projected);
            for (long step = first; step < first + count; step++)
            {
                Step(direction, step, backwards, firstTime, projected, state, cell, products);
            }
        }

        StoreState(state, direction, LastH);
        if (Gates == RecurrencePacking.LstmGates)
        {
            StoreState(cell, direction, LastC);
        }
    }

    // The input's share of all gates of some steps.
    private readonly void Project(KernelContext? context, int direction, long firstTime, long count, float* projected)
    {
        float* weights = Weights + (direction * Width * Input);
        float* bias = Bias == null ? null : Bias + (direction * Width * (Gates == RecurrencePacking.GruGates ? 2 : 1));
        float* x = X + (IsBatchFirst ? 0 : firstTime * Batch * Input);
        long rows = count * Batch;
        if (context is not null)
        {
            Gemm.Packed(context, x, weights, bias, null, projected, rows, (int)Width, Input, Input, Width);
            return;
        }

        Product(x, Input, weights, bias, null, projected, rows, Width, Input);
    }

    private readonly void Step(int direction, long step, bool backwards, long firstTime, float* projected, float* state, float* cell, float* products)
    {
        if (Lengths == null)
        {
            long time = backwards ? Steps - 1 - step : step;
            float* gates = projected + ((IsBatchFirst ? time : (time - firstTime) * Batch) * Width);
            long stride = IsBatchFirst ? Steps * Width : Width;
            Update(direction, gates, stride, state, cell, products, Batch);
            for (long sequence = 0; sequence < Batch; sequence++)
            {
                Emit(time, direction, sequence, state + (sequence * Padded));
            }

            return;
        }

        for (long sequence = 0; sequence < Batch; sequence++)
        {
            long length = Lengths[sequence];
            if (step >= length)
            {
                Emit(step, direction, sequence, null);
                continue;
            }

            long time = backwards ? length - 1 - step : step;
            float* gates = projected + ((IsBatchFirst ? (sequence * Steps) + time : (time * Batch) + sequence) * Width);
            Update(direction, gates, Width, state + (sequence * Padded), cell + (sequence * Padded), products, 1);
            Emit(time, direction, sequence, state + (sequence * Padded));
        }
    }

    private readonly void Update(int direction, float* gates, long stride, float* state, float* cell, float* products, long rows)
    {
        float* recurrent = Recurrent + (direction * Width * Hidden);
        if (Gates == RecurrencePacking.LstmGates)
        {
            Product(state, Padded, recurrent, null, gates, gates, rows, Width, Hidden, stride);
            for (long row = 0; row < rows; row++)
            {
                RecurrenceGates.Lstm(gates + (row * stride), cell + (row * Padded), state + (row * Padded), Blocks);
            }

            return;
        }

        float* bias = Bias == null ? null : Bias + (((2 * direction) + 1) * Width);
        if (IsLinear)
        {
            Product(state, Padded, recurrent, bias, null, products, rows, Width, Hidden);
            for (long row = 0; row < rows; row++)
            {
                float* sums = products + (row * Width);
                RecurrenceGates.Gru(gates + (row * stride), sums, sums + (2 * RecurrencePacking.Block), 3 * RecurrencePacking.Block, state + (row * Padded), Blocks, linear: true);
            }

            return;
        }

        // The cell's memory takes the state times the reset gate.
        float* hidden = products + (rows * 2 * Padded);
        Product(state, Padded, recurrent, bias, null, products, rows, 2 * Padded, Hidden);
        for (long row = 0; row < rows; row++)
        {
            RecurrenceGates.Reset(gates + (row * stride), products + (row * 2 * Padded), state + (row * Padded), cell + (row * Padded), Blocks);
        }

        Product(cell, Padded, recurrent + (2 * Padded * Hidden), bias == null ? null : bias + (2 * Padded), null, hidden, rows, Padded, Hidden);
        for (long row = 0; row < rows; row++)
        {
            RecurrenceGates.Gru(gates + (row * stride), products + (row * 2 * Padded), hidden + (row * Padded), 2 * RecurrencePacking.Block, state + (row * Padded), Blocks, linear: false);
        }
    }

    private static void Product(float* a, long aStride, float* packed, float* bias, float* residual, float* c, long rows, long columns, int depth, long cStride = 0)
    {
        if (rows <= 0)
        {
            return;
        }

        GemmBlock block = default;
        block.A = a;
        block.AStride = aStride;
        block.Packed = packed;
        block.C = c;
        block.CStride = cStride == 0 ? columns : cStride;
        block.Bias = bias;
        block.Residual = residual;
        block.M = rows;
        block.N = columns;
        block.K = depth;
        block.PanelRows = depth;
        block.Epilogue = new Epilogue(Activation.None, 0, 0);
        block.Run(GemmMicrokernels.Current);
    }

    private readonly void Emit(long time, int direction, long sequence, float* state)
    {
        if (Y == null)
        {
            return;
        }

        long row = IsBatchFirst ? (((sequence * Steps) + time) * Directions) + direction : (((time * Directions) + direction) * Batch) + sequence;
        var target = new Span<float>(Y + (row * Hidden), Hidden);
        if (state == null)
        {
            target.Clear();
        }
        else
        {
            new ReadOnlySpan<float>(state, Hidden).CopyTo(target);
        }
    }

    private readonly long StateRow(int direction, long sequence) => IsBatchFirst ? (sequence * Directions) + direction : (direction * Batch) + sequence;

    private readonly void LoadState(float* initial, int direction, float* state)
    {
        for (long sequence = 0; sequence < Batch; sequence++)
        {
            var row = new Span<float>(state + (sequence * Padded), (int)Padded);
            row.Clear();
            if (initial != null)
            {
                new ReadOnlySpan<float>(initial + (StateRow(direction, sequence) * Hidden), Hidden).CopyTo(row);
            }
        }
    }

    private readonly void StoreState(float* state, int direction, float* last)
    {
        for (long sequence = 0; last != null && sequence < Batch; sequence++)
        {
            new ReadOnlySpan<float>(state + (sequence * Padded), Hidden).CopyTo(new Span<float>(last + (StateRow(direction, sequence) * Hidden), Hidden));
        }
    }
}
