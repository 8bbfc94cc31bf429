using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator GRU for every floating-point type.</summary>
public static unsafe class GatedRecurrence
{
    private const int Gates = 3;

    /// <summary>Gated recurrent unit. Gates in the order update, reset, hidden.</summary>
    /// <param name="x">Input, <c>[steps, batch, input]</c>, batch first when <paramref name="layout"/> is 1.</param>
    /// <param name="w">Weights of the input, <c>[directions, 3 * hidden, input]</c>.</param>
    /// <param name="r">Weights of the state, <c>[directions, 3 * hidden, hidden]</c>.</param>
    /// <param name="b">Biases, <c>[directions, 6 * hidden]</c>.</param>
    /// <param name="sequenceLens">Length of each sequence.</param>
    /// <param name="initialH">State before the first step, <c>[directions, batch, hidden]</c>.</param>
    /// <param name="y">State after every step, <c>[steps, directions, batch, hidden]</c>.</param>
    /// <param name="yH">State after the last step.</param>
    /// <param name="activationAlpha">First parameters of the functions.</param>
    /// <param name="activationBeta">Second parameters of the functions.</param>
    /// <param name="activations">Two functions per direction: of the gates and of the candidate; Sigmoid, Tanh when empty.</param>
    /// <param name="clip">Limit of what functions take; 0 for none.</param>
    /// <param name="direction">forward, reverse or bidirectional.</param>
    /// <param name="hiddenSize">Size of the state; that of <paramref name="r"/> when 0.</param>
    /// <param name="layout">1 when the batch is the first axis.</param>
    /// <param name="linearBeforeReset">1 when the reset gate multiplies the state after its product with the weights.</param>
    /// <exception cref="KernelException">Shapes, types or attributes contradict each other.</exception>
    public static void GRU(
        TensorValue x,
        TensorValue w,
        TensorValue r,
        TensorValue? b,
        TensorValue? sequenceLens,
        TensorValue? initialH,
        [Output] TensorValue? y,
        [Output] TensorValue? yH,
        ReadOnlySpan<float> activationAlpha = default,
        ReadOnlySpan<float> activationBeta = default,
        ReadOnlySpan<string> activations = default,
        float clip = 0,
        string direction = "forward",
        long hiddenSize = 0,
        long layout = 0,
        long linearBeforeReset = 0)
    {
        var layer = new RecurrentLayer(x, w, r, b, sequenceLens, initialH, Gates, direction, hiddenSize, layout);
        Span<RecurrentFunction> functions = stackalloc RecurrentFunction[4];
        functions = functions[..(2 * layer.Directions)];
        RecurrentFunction.Read(activations, activationAlpha, activationBeta, [RecurrentFunctionKind.Sigmoid, RecurrentFunctionKind.Tanh], functions);
        if (RealNumbers.IsDouble(x))
        {
            using var run = new RecurrentRun<double>(layer, x, w, r, b, initialH, y, yH);
            Run(layer, run, functions, clip > 0 ? clip : double.PositiveInfinity, linearBeforeReset != 0);
        }
        else
        {
            using var run = new RecurrentRun<float>(layer, x, w, r, b, initialH, y, yH);
            Run(layer, run, functions, clip > 0 ? clip : float.PositiveInfinity, linearBeforeReset != 0);
        }
    }

    private static void Run<T>(RecurrentLayer layer, RecurrentRun<T> run, ReadOnlySpan<RecurrentFunction> functions, T clip, bool linear)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long hidden = layer.Hidden;
        long width = layer.GateLength;
        using var gates = new NativeBuffer<T>(layer.Batch * width);
        using var products = new NativeBuffer<T>(layer.Batch * hidden);
        using var reset = new NativeBuffer<T>(layer.Batch * hidden);
        for (int direction = 0; direction < layer.Directions; direction++)
        {
            run.Begin(direction, separate: linear ? 1 : 0);
            T* bias = run.RecurrentBias(direction);
            for (long step = 0; step < layer.Steps; step++)
            {
                // Update and reset gate, then the state's share of the candidate, which may need the reset gate first.
                LongShortTermMemory.GatherGates(layer, run, direction, step, gates.Pointer, width);
                MatrixProducts.Accumulate(run.States, hidden, run.Recurrent, width, gates.Pointer, width, layer.Batch, 2 * hidden, hidden);
                for (long sequence = 0; sequence < layer.Batch; sequence++)
                {
                    T* gate = gates.Pointer + (sequence * width);
                    functions[2 * direction].Apply(gate, 2 * hidden, clip);
                    for (long i = 0; i < hidden; i++)
                    {
                        long at = (sequence * hidden) + i;
                        reset.Pointer[at] = gate[hidden + i] * run.States[at];
                        products.Pointer[at] = linear && bias != null ? bias[(2 * hidden) + i] : T.Zero;
                    }
                }

                MatrixProducts.Accumulate(linear ? run.States : reset.Pointer, hidden, run.Recurrent + (2 * hidden), width, products.Pointer, hidden, layer.Batch, hidden, hidden);
                for (long sequence = 0; sequence < layer.Batch; sequence++)
                {
                    long length = layer.Length(sequence);
                    if (step >= length)
                    {
                        run.Emit(step, direction, sequence, beyondEnd: true);
                        continue;
                    }

                    Update(gates.Pointer + (sequence * width), products.Pointer + (sequence * hidden), run.States + (sequence * hidden), hidden, functions[(2 * direction) + 1], clip, linear);
                    run.Emit(layer.Time(direction, step, length), direction, sequence, beyondEnd: false);
                }
            }

            run.End(direction);
        }

        run.Commit();
    }

    private static void Update<T>(T* gates, T* product, T* state, long hidden, RecurrentFunction function, T clip, bool linear)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* reset = gates + hidden;
        T* candidate = reset + hidden;
        for (long i = 0; i < hidden; i++)
        {
            candidate[i] += linear ? reset[i] * product[i] : product[i];
        }

        function.Apply(candidate, hidden, clip);
        for (long i = 0; i < hidden; i++)
        {
            state[i] = ((T.One - gates[i]) * candidate[i]) + (gates[i] * state[i]);
        }
    }
}
