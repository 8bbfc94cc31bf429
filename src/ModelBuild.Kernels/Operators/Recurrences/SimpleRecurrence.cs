using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator RNN for every floating-point type.</summary>
public static unsafe class SimpleRecurrence
{
    /// <summary>Recurrent layer <c>h = f(x * W^T + h * R^T + Wb + Rb)</c>.</summary>
    /// <param name="x">Input, <c>[steps, batch, input]</c>, batch first when <paramref name="layout"/> is 1.</param>
    /// <param name="w">Weights of the input, <c>[directions, hidden, input]</c>.</param>
    /// <param name="r">Weights of the state, <c>[directions, hidden, hidden]</c>.</param>
    /// <param name="b">Biases, <c>[directions, 2 * hidden]</c>.</param>
    /// <param name="sequenceLens">Length of each sequence.</param>
    /// <param name="initialH">State before the first step, <c>[directions, batch, hidden]</c>.</param>
    /// <param name="y">State after every step, <c>[steps, directions, batch, hidden]</c>.</param>
    /// <param name="yH">State after the last step.</param>
    /// <param name="activationAlpha">First parameters of the functions.</param>
    /// <param name="activationBeta">Second parameters of the functions.</param>
    /// <param name="activations">One function per direction; Tanh when empty.</param>
    /// <param name="clip">Limit of what functions take; 0 for none.</param>
    /// <param name="direction">forward, reverse or bidirectional.</param>
    /// <param name="hiddenSize">Size of the state; that of <paramref name="r"/> when 0.</param>
    /// <param name="layout">1 when the batch is the first axis.</param>
    /// <exception cref="KernelException">Shapes, types or attributes contradict each other.</exception>
    public static void RNN(
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
        long layout = 0)
    {
        var layer = new RecurrentLayer(x, w, r, b, sequenceLens, initialH, 1, direction, hiddenSize, layout);
        Span<RecurrentFunction> functions = stackalloc RecurrentFunction[2];
        functions = functions[..layer.Directions];
        RecurrentFunction.Read(activations, activationAlpha, activationBeta, [RecurrentFunctionKind.Tanh], functions);
        if (RealNumbers.IsDouble(x))
        {
            using var run = new RecurrentRun<double>(layer, x, w, r, b, initialH, y, yH);
            Run(layer, run, functions, clip > 0 ? clip : double.PositiveInfinity);
        }
        else
        {
            using var run = new RecurrentRun<float>(layer, x, w, r, b, initialH, y, yH);
            Run(layer, run, functions, clip > 0 ? clip : float.PositiveInfinity);
        }
    }

    private static void Run<T>(RecurrentLayer layer, RecurrentRun<T> run, ReadOnlySpan<RecurrentFunction> functions, T clip)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long hidden = layer.Hidden;
        using var gates = new NativeBuffer<T>(layer.Batch * hidden);
        for (int direction = 0; direction < layer.Directions; direction++)
        {
            run.Begin(direction);
            for (long step = 0; step < layer.Steps; step++)
            {
                LongShortTermMemory.GatherGates(layer, run, direction, step, gates.Pointer, layer.GateLength);
                MatrixProducts.Accumulate(run.States, hidden, run.Recurrent, hidden, gates.Pointer, hidden, layer.Batch, hidden, hidden);
                for (long sequence = 0; sequence < layer.Batch; sequence++)
                {
                    long length = layer.Length(sequence);
                    if (step >= length)
                    {
                        run.Emit(step, direction, sequence, beyondEnd: true);
                        continue;
                    }

                    T* gate = gates.Pointer + (sequence * hidden);
                    functions[direction].Apply(gate, hidden, clip);
                    Buffer.MemoryCopy(gate, run.States + (sequence * hidden), hidden * sizeof(T), hidden * sizeof(T));
                    run.Emit(layer.Time(direction, step, length), direction, sequence, beyondEnd: false);
                }
            }

            run.End(direction);
        }

        run.Commit();
    }
}
