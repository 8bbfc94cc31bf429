namespace ModelBuild.Kernels;

/// <summary>Sizes of a recurrent layer and where its elements lie.</summary>
internal readonly ref struct RecurrentLayer
{
    private readonly bool _batchFirst;
    private readonly TensorValue? _lengths;

    /// <summary>Checks the inputs that every kind of layer has.</summary>
    /// <param name="x">Input sequences.</param>
    /// <param name="w">Weights of the input, <c>[directions, gates * hidden, input]</c>.</param>
    /// <param name="r">Weights of the state, <c>[directions, gates * hidden, hidden]</c>.</param>
    /// <param name="b">Biases of both, <c>[directions, 2 * gates * hidden]</c>.</param>
    /// <param name="sequenceLens">Length of each sequence.</param>
    /// <param name="initialH">State before the first step.</param>
    /// <param name="gates">Number of gates.</param>
    /// <param name="direction">forward, reverse or bidirectional.</param>
    /// <param name="hiddenSize">Size of the state, or 0.</param>
    /// <param name="layout">1 when the batch is the first axis.</param>
    public RecurrentLayer(TensorValue x, TensorValue w, TensorValue r, TensorValue? b, TensorValue? sequenceLens, TensorValue? initialH, int gates, string direction, long hiddenSize, long layout)
    {
        (Directions, FirstIsReverse) = direction switch
        {
            "forward" => (1, false),
            "reverse" => (1, true),
            "bidirectional" => (2, false),
            _ => throw new KernelException($"direction can't be '{direction}'."),
        };
        if (x.Rank != 3 || w.Rank != 3 || r.Rank != 3)
        {
            throw new KernelException($"A recurrent layer of {x} with weights {w} and {r}.");
        }

        Gates = gates;
        _batchFirst = layout != 0;
        Steps = x.Shape[_batchFirst ? 1 : 0];
        Batch = x.Shape[_batchFirst ? 0 : 1];
        Input = x.Shape[2];
        Hidden = r.Shape[2];
        _lengths = sequenceLens;
        if ((hiddenSize != 0 && hiddenSize != Hidden) || Hidden > int.MaxValue)
        {
            throw new KernelException($"hidden_size is {hiddenSize}, and the weights {r} have {Hidden}.");
        }

        // Tensors without elements may have sizes whose products don't fit.
        SpatialWindows.Product([Math.Max(1, Steps), Math.Max(1, Batch), GateLength]);
        Expect(w, "W", Directions, Gates * Hidden, Input);
        Expect(r, "R", Directions, Gates * Hidden, Hidden);
        if (b is not null)
        {
            Expect(b, "B", Directions, 2 * Gates * Hidden);
        }

        ExpectState(initialH, "initial_h");
        if (sequenceLens is not null)
        {
            Expect(sequenceLens, "sequence_lens", Batch);
        }
    }

    /// <summary>Number of gates.</summary>
    public int Gates { get; }

    /// <summary>1 or 2.</summary>
    public int Directions { get; }

    /// <summary>Whether the first direction goes from the end to the start.</summary>
    public bool FirstIsReverse { get; }

    /// <summary>Length of the longest sequence.</summary>
    public long Steps { get; }

    /// <summary>Number of sequences.</summary>
    public long Batch { get; }

    /// <summary>Elements of a step of the input.</summary>
    public long Input { get; }

    /// <summary>Elements of the state.</summary>
    public long Hidden { get; }

    /// <summary>Elements of all gates.</summary>
    public long GateLength => Gates * Hidden;

    /// <summary>Number of steps of a sequence.</summary>
    /// <exception cref="KernelException">It is negative or longer than the input.</exception>
    public long Length(long sequence)
    {
        if (_lengths is null)
        {
            return Steps;
        }

        long length = Integers.At(_lengths, sequence);
        return (ulong)length <= (ulong)Steps ? length : throw new KernelException($"Sequence {sequence} can't have {length} of {Steps} steps.");
    }

    /// <summary>Time that a direction looks at in one of its steps, for a sequence of a length.</summary>
    public long Time(int direction, long step, long length) => IsReverse(direction) ? length - 1 - step : step;

    /// <summary>Whether a direction goes from the end to the start.</summary>
    public bool IsReverse(int direction) => FirstIsReverse || direction == 1;

    /// <summary>Row of the input for a time and a sequence.</summary>
    public long InputRow(long time, long sequence) => _batchFirst ? (sequence * Steps) + time : (time * Batch) + sequence;

    /// <summary>Row of the result for a time, a direction and a sequence.</summary>
    public long OutputRow(long time, int direction, long sequence) => _batchFirst
        ? (((sequence * Steps) + time) * Directions) + direction
        : (((time * Directions) + direction) * Batch) + sequence;

    /// <summary>Row of a state for a direction and a sequence.</summary>
    public long StateRow(int direction, long sequence) => _batchFirst ? (sequence * Directions) + direction : (direction * Batch) + sequence;

    /// <summary>Sets the shape of the result.</summary>
    public void ResizeOutput(TensorValue? y, TensorElementType type)
    {
        if (_batchFirst)
        {
            y?.Resize(type, Batch, Steps, Directions, Hidden);
        }
        else
        {
            y?.Resize(type, Steps, Directions, Batch, Hidden);
        }
    }

    /// <summary>Sets the shape of a state.</summary>
    public void ResizeState(TensorValue? state, TensorElementType type)
    {
        if (_batchFirst)
        {
            state?.Resize(type, Batch, Directions, Hidden);
        }
        else
        {
            state?.Resize(type, Directions, Batch, Hidden);
        }
    }

    /// <summary>Checks the shape of a state that may be absent.</summary>
    public void ExpectState(TensorValue? state, string name)
    {
        if (state is null)
        {
            return;
        }

        if (_batchFirst)
        {
            Expect(state, name, Batch, Directions, Hidden);
        }
        else
        {
            Expect(state, name, Directions, Batch, Hidden);
        }
    }

    /// <summary>Checks a shape.</summary>
    public static void Expect(TensorValue tensor, string name, params ReadOnlySpan<long> shape)
    {
        if (!tensor.Shape.SequenceEqual(shape))
        {
            throw new KernelException($"{name} should be [{string.Join(',', shape.ToArray())}] and is {tensor}.");
        }
    }
}
