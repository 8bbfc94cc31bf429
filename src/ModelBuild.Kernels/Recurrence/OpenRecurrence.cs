namespace ModelBuild.Kernels;

/// <summary>
/// <see cref="Recurrence"/> for inputs whose numbers of steps and sequences are known only when the step runs: shapes are read from the tensors and checked,
/// weights are packed as there.
/// </summary>
public static unsafe class OpenRecurrence
{
    /// <summary>Long short-term memory; see <see cref="Recurrence.Lstm"/>.</summary>
    /// <param name="context">Scratch and threads.</param>
    /// <param name="x">Input, <c>[steps, batch, input]</c>, or <c>[batch, steps, input]</c> with <paramref name="batchFirst"/>.</param>
    /// <param name="weights">From <see cref="RecurrencePacking.Weights"/>, 4 gates.</param>
    /// <param name="recurrent">From <see cref="RecurrencePacking.Weights"/>, 4 gates.</param>
    /// <param name="bias">From <see cref="RecurrencePacking.LstmBias"/>, or null.</param>
    /// <param name="lengths">Steps of each sequence.</param>
    /// <param name="initialH">First state, <c>[directions, batch, hidden]</c> (<c>[batch, directions, hidden]</c> with <paramref name="batchFirst"/>).</param>
    /// <param name="initialC">First cell, like the state.</param>
    /// <param name="y">State after every step, <c>[steps, directions, batch, hidden]</c> (<c>[batch, steps, directions, hidden]</c>).</param>
    /// <param name="lastH">Last state.</param>
    /// <param name="lastC">Last cell.</param>
    /// <param name="input">Elements of a step of the input.</param>
    /// <param name="hidden">Units of the state.</param>
    /// <param name="directions">1, or 2 for forward and reverse.</param>
    /// <param name="reverse">Whether the only direction goes from the end to the start.</param>
    /// <param name="batchFirst">Whether the batch is the first axis.</param>
    /// <exception cref="KernelException">Types or shapes do not fit, or a length is outside of the input.</exception>
    public static void Lstm(
        KernelContext context, TensorValue x, float* weights, float* recurrent, float* bias, TensorValue? lengths, TensorValue? initialH, TensorValue? initialC,
        [Output] TensorValue? y, [Output] TensorValue? lastH, [Output] TensorValue? lastC, int input, int hidden, int directions = 1, bool reverse = false, bool batchFirst = false)
    {
        (long steps, long batch) = Check(x, lengths, initialH, initialC, input, hidden, directions, batchFirst);
        Recurrence.Lstm(
            context, x.Pointer<float>(), weights, recurrent, bias, lengths is null ? null : lengths.Pointer<int>(), initialH is null ? null : initialH.Pointer<float>(),
            initialC is null ? null : initialC.Pointer<float>(), States(y, steps, batch, hidden, directions, batchFirst), State(lastH, batch, hidden, directions, batchFirst),
            State(lastC, batch, hidden, directions, batchFirst), steps, batch, input, hidden, directions, reverse, batchFirst);
    }

    /// <summary>Gated recurrent unit; see <see cref="Recurrence.Gru"/>.</summary>
    /// <param name="context">Scratch and threads.</param>
    /// <param name="x">Input, <c>[steps, batch, input]</c>, or <c>[batch, steps, input]</c> with <paramref name="batchFirst"/>.</param>
    /// <param name="weights">From <see cref="RecurrencePacking.Weights"/>, 3 gates.</param>
    /// <param name="recurrent">As <see cref="Recurrence.Gru"/> takes it.</param>
    /// <param name="bias">From <see cref="RecurrencePacking.GruBias"/>, or null.</param>
    /// <param name="lengths">Steps of each sequence.</param>
    /// <param name="initialH">First state, <c>[directions, batch, hidden]</c> (<c>[batch, directions, hidden]</c> with <paramref name="batchFirst"/>).</param>
    /// <param name="y">State after every step, <c>[steps, directions, batch, hidden]</c> (<c>[batch, steps, directions, hidden]</c>).</param>
    /// <param name="lastH">Last state.</param>
    /// <param name="input">Elements of a step of the input.</param>
    /// <param name="hidden">Units of the state.</param>
    /// <param name="directions">1, or 2 for forward and reverse.</param>
    /// <param name="reverse">Whether the only direction goes from the end to the start.</param>
    /// <param name="batchFirst">Whether the batch is the first axis.</param>
    /// <param name="linearBeforeReset">Whether the reset gate multiplies the state after its product with the weights.</param>
    /// <exception cref="KernelException">Types or shapes do not fit, or a length is outside of the input.</exception>
    public static void Gru(
        KernelContext context, TensorValue x, float* weights, float* recurrent, float* bias, TensorValue? lengths, TensorValue? initialH, [Output] TensorValue? y,
        [Output] TensorValue? lastH, int input, int hidden, int directions = 1, bool reverse = false, bool batchFirst = false, bool linearBeforeReset = false)
    {
        (long steps, long batch) = Check(x, lengths, initialH, null, input, hidden, directions, batchFirst);
        Recurrence.Gru(
            context, x.Pointer<float>(), weights, recurrent, bias, lengths is null ? null : lengths.Pointer<int>(), initialH is null ? null : initialH.Pointer<float>(),
            States(y, steps, batch, hidden, directions, batchFirst), State(lastH, batch, hidden, directions, batchFirst), steps, batch, input, hidden, directions, reverse, batchFirst,
            linearBeforeReset);
    }

    private static (long Steps, long Batch) Check(TensorValue x, TensorValue? lengths, TensorValue? initialH, TensorValue? initialC, int input, int hidden, int directions, bool batchFirst)
    {
        if (x.ElementType != TensorElementType.Float32 || x.Rank != 3 || x.Shape[2] != input)
        {
            throw new KernelException($"The recurrent layer takes steps of {input} float32 elements, not {x}.");
        }

        (long steps, long batch) = batchFirst ? (x.Shape[1], x.Shape[0]) : (x.Shape[0], x.Shape[1]);
        if (lengths is not null && (lengths.ElementType != TensorElementType.Int32 || lengths.Length != batch))
        {
            throw new KernelException($"The recurrent layer has {batch} sequences, and their lengths are {lengths}.");
        }

        CheckState(initialH, batch, hidden, directions, batchFirst);
        CheckState(initialC, batch, hidden, directions, batchFirst);
        return (steps, batch);
    }

    private static void CheckState(TensorValue? state, long batch, int hidden, int directions, bool batchFirst)
    {
        if (state is not null && (state.ElementType != TensorElementType.Float32
            || !(batchFirst ? state.Shape.SequenceEqual([batch, directions, hidden]) : state.Shape.SequenceEqual([directions, batch, hidden]))))
        {
            throw new KernelException($"The first state of {batch} sequences, {directions} directions and {hidden} units is {state}.");
        }
    }

    private static float* States(TensorValue? y, long steps, long batch, int hidden, int directions, bool batchFirst)
    {
        if (y is null)
        {
            return null;
        }

        if (batchFirst)
        {
            y.Resize(TensorElementType.Float32, batch, steps, directions, hidden);
        }
        else
        {
            y.Resize(TensorElementType.Float32, steps, directions, batch, hidden);
        }

        return y.Pointer<float>();
    }

    private static float* State(TensorValue? state, long batch, int hidden, int directions, bool batchFirst)
    {
        if (state is null)
        {
            return null;
        }

        if (batchFirst)
        {
            state.Resize(TensorElementType.Float32, batch, directions, hidden);
        }
        else
        {
            state.Resize(TensorElementType.Float32, directions, batch, hidden);
        }

        return state.Pointer<float>();
    }
}
