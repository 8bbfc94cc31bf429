namespace ModelBuild.Kernels;

/// <summary>
/// Recurrent layers of float32 with ONNX's default functions. The input's share of the gates is made for many steps at once, then each step adds the state's share.
/// Sums go by ascending index with one rounding each, the input's share (with bias) and the state's share apart: the same bits for every instruction set
/// with fused multiply-add and every number of threads.
/// </summary>
public static unsafe class Recurrence
{
    /// <summary>Long short-term memory: Sigmoid for the gates, Tanh for cell and state; without clip, peepholes and coupled gates.</summary>
    /// <param name="context">Scratch and threads.</param>
    /// <param name="x">Input, <c>[steps][batch][input]</c>, or <c>[batch][steps][input]</c> with <paramref name="batchFirst"/>.</param>
    /// <param name="weights">From <see cref="RecurrencePacking.Weights"/>, 4 gates.</param>
    /// <param name="recurrent">From <see cref="RecurrencePacking.Weights"/>, 4 gates.</param>
    /// <param name="bias">From <see cref="RecurrencePacking.LstmBias"/>, or null.</param>
    /// <param name="lengths">Steps of each sequence, or null.</param>
    /// <param name="initialH">First state, <c>[directions][batch][hidden]</c> (<c>[batch][directions][hidden]</c> with <paramref name="batchFirst"/>), or null for zeros.</param>
    /// <param name="initialC">First cell, like the state, or null for zeros.</param>
    /// <param name="y">State after every step, <c>[steps][directions][batch][hidden]</c> (<c>[batch][steps][directions][hidden]</c>), or null.</param>
    /// <param name="lastH">Last state, or null.</param>
    /// <param name="lastC">Last cell, or null.</param>
    /// <param name="steps">Steps of the longest sequence.</param>
    /// <param name="batch">Number of sequences.</param>
    /// <param name="input">Elements of a step of the input.</param>
    /// <param name="hidden">Units of the state.</param>
    /// <param name="directions">1, or 2 for forward and reverse.</param>
    /// <param name="reverse">Whether the only direction goes from the end to the start.</param>
    /// <param name="batchFirst">Whether the batch is the first axis.</param>
    /// <exception cref="KernelException">A length is outside of the input.</exception>
    public static void Lstm(
        KernelContext context, float* x, float* weights, float* recurrent, float* bias, int* lengths, float* initialH, float* initialC, [Output] float* y,
        [Output] float* lastH, [Output] float* lastC, long steps, long batch, int input, int hidden, int directions = 1, bool reverse = false, bool batchFirst = false)
    {
        var job = new RecurrenceJob
        {
            X = x,
            Weights = weights,
            Recurrent = recurrent,
            Bias = bias,
            Lengths = lengths,
            InitialH = initialH,
            InitialC = initialC,
            Y = y,
            LastH = lastH,
            LastC = lastC,
            Steps = steps,
            Batch = batch,
            Input = input,
            Hidden = hidden,
            Directions = directions,
            Gates = RecurrencePacking.LstmGates,
            IsReverse = reverse,
            IsBatchFirst = batchFirst,
        };
        job.Run(context);
    }

    /// <summary>Gated recurrent unit: Sigmoid for the gates, Tanh for the candidate; without clip.</summary>
    /// <param name="context">Scratch and threads.</param>
    /// <param name="x">Input, <c>[steps][batch][input]</c>, or <c>[batch][steps][input]</c> with <paramref name="batchFirst"/>.</param>
    /// <param name="weights">From <see cref="RecurrencePacking.Weights"/>, 3 gates.</param>
    /// <param name="recurrent">From <see cref="RecurrencePacking.Weights"/> with <paramref name="linearBeforeReset"/>, from <see cref="RecurrencePacking.GruRecurrent"/> without.</param>
    /// <param name="bias">From <see cref="RecurrencePacking.GruBias"/>, or null.</param>
    /// <param name="lengths">Steps of each sequence, or null.</param>
    /// <param name="initialH">First state, <c>[directions][batch][hidden]</c> (<c>[batch][directions][hidden]</c> with <paramref name="batchFirst"/>), or null for zeros.</param>
    /// <param name="y">State after every step, <c>[steps][directions][batch][hidden]</c> (<c>[batch][steps][directions][hidden]</c>), or null.</param>
    /// <param name="lastH">Last state, or null.</param>
    /// <param name="steps">Steps of the longest sequence.</param>
    /// <param name="batch">Number of sequences.</param>
    /// <param name="input">Elements of a step of the input.</param>
    /// <param name="hidden">Units of the state.</param>
    /// <param name="directions">1, or 2 for forward and reverse.</param>
    /// <param name="reverse">Whether the only direction goes from the end to the start.</param>
    /// <param name="batchFirst">Whether the batch is the first axis.</param>
    /// <param name="linearBeforeReset">Whether the reset gate multiplies the state after its product with the weights.</param>
    /// <exception cref="KernelException">A length is outside of the input.</exception>
    public static void Gru(
        KernelContext context, float* x, float* weights, float* recurrent, float* bias, int* lengths, float* initialH, [Output] float* y, [Output] float* lastH,
        long steps, long batch, int input, int hidden, int directions = 1, bool reverse = false, bool batchFirst = false, bool linearBeforeReset = false)
    {
        var job = new RecurrenceJob
        {
            X = x,
            Weights = weights,
            Recurrent = recurrent,
            Bias = bias,
            Lengths = lengths,
            InitialH = initialH,
            Y = y,
            LastH = lastH,
            Steps = steps,
            Batch = batch,
            Input = input,
            Hidden = hidden,
            Directions = directions,
            Gates = RecurrencePacking.GruGates,
            IsReverse = reverse,
            IsBatchFirst = batchFirst,
            IsLinear = linearBeforeReset,
        };
        job.Run(context);
    }
}
