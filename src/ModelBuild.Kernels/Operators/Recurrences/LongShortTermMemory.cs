using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator LSTM for every floating-point type.</summary>
public static unsafe class LongShortTermMemory
{
    private const int Gates = 4;

    /// <summary>Long short-term memory. Gates in the order input, output, forget, cell.</summary>
    /// <param name="x">Input, <c>[steps, batch, input]</c>, batch first when <paramref name="layout"/> is 1.</param>
    /// <param name="w">Weights of the input, <c>[directions, 4 * hidden, input]</c>.</param>
    /// <param name="r">Weights of the state, <c>[directions, 4 * hidden, hidden]</c>.</param>
    /// <param name="b">Biases, <c>[directions, 8 * hidden]</c>.</param>
    /// <param name="sequenceLens">Length of each sequence.</param>
    /// <param name="initialH">State before the first step, <c>[directions, batch, hidden]</c>.</param>
    /// <param name="initialC">Cell before the first step, <c>[directions, batch, hidden]</c>.</param>
    /// <param name="p">Weights of the cell for input, output and forget gate, <c>[directions, 3 * hidden]</c>.</param>
    /// <param name="y">State after every step, <c>[steps, directions, batch, hidden]</c>.</param>
    /// <param name="yH">State after the last step.</param>
    /// <param name="yC">Cell after the last step.</param>
    /// <param name="activationAlpha">First parameters of the functions.</param>
    /// <param name="activationBeta">Second parameters of the functions.</param>
    /// <param name="activations">Three functions per direction: of the gates, the cell's input, the state; Sigmoid, Tanh, Tanh when empty.</param>
    /// <param name="clip">Limit of the gates' sums before their functions; 0 for none.</param>
    /// <param name="direction">forward, reverse or bidirectional.</param>
    /// <param name="hiddenSize">Size of the state; that of <paramref name="r"/> when 0.</param>
    /// <param name="inputForget">1 when the forget gate is one minus the input gate.</param>
    /// <param name="layout">1 when the batch is the first axis.</param>
    /// <exception cref="KernelException">Shapes, types or attributes contradict each other.</exception>
    public static void LSTM(
        TensorValue x,
        TensorValue w,
        TensorValue r,
        TensorValue? b,
        TensorValue? sequenceLens,
        TensorValue? initialH,
        TensorValue? initialC,
        TensorValue? p,
        [Output] TensorValue? y,
        [Output] TensorValue? yH,
        [Output] TensorValue? yC,
        ReadOnlySpan<float> activationAlpha = default,
        ReadOnlySpan<float> activationBeta = default,
        ReadOnlySpan<string> activations = default,
        float clip = 0,
        string direction = "forward",
        long hiddenSize = 0,
        long inputForget = 0,
        long layout = 0)
    {
        var layer = new RecurrentLayer(x, w, r, b, sequenceLens, initialH, Gates, direction, hiddenSize, layout);
        layer.ExpectState(initialC, "initial_c");
        if (p is not null)
        {
            RecurrentLayer.Expect(p, "P", layer.Directions, 3 * layer.Hidden);
        }

        Span<RecurrentFunction> functions = stackalloc RecurrentFunction[6];
        functions = functions[..(3 * layer.Directions)];
        RecurrentFunction.Read(activations, activationAlpha, activationBeta, [RecurrentFunctionKind.Sigmoid, RecurrentFunctionKind.Tanh, RecurrentFunctionKind.Tanh], functions);
        layer.ResizeState(yC, x.ElementType);
        if (RealNumbers.IsDouble(x))
        {
            using var run = new RecurrentRun<double>(layer, x, w, r, b, initialH, y, yH);
            Run(layer, run, functions, initialC, p, yC, clip > 0 ? clip : double.PositiveInfinity, inputForget != 0);
        }
        else
        {
            using var run = new RecurrentRun<float>(layer, x, w, r, b, initialH, y, yH);
            Run(layer, run, functions, initialC, p, yC, clip > 0 ? clip : float.PositiveInfinity, inputForget != 0);
        }
    }

    /// <summary>Copies the input's share of a step's gates, sequence after sequence.</summary>
    internal static void GatherGates<T>(RecurrentLayer layer, RecurrentRun<T> run, int direction, long step, T* gates, long length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long sequence = 0; sequence < layer.Batch; sequence++)
        {
            long steps = layer.Length(sequence);
            if (step < steps)
            {
                Buffer.MemoryCopy(run.Projected(layer.Time(direction, step, steps), sequence), gates + (sequence * length), length * sizeof(T), length * sizeof(T));
            }
            else
            {
                Unfolding.Fill(gates + (sequence * length), length, T.Zero);
            }
        }
    }

    private static void Run<T>(RecurrentLayer layer, RecurrentRun<T> run, ReadOnlySpan<RecurrentFunction> functions, TensorValue? initialC, TensorValue? p, TensorValue? yC, T clip, bool coupled)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long hidden = layer.Hidden;
        long width = layer.GateLength;
        using var firstCells = new RealInput<T>(initialC);
        using var peepholes = new RealInput<T>(p);
        using var lastCells = new RealOutput<T>(yC);
        using var cells = new NativeBuffer<T>(layer.Batch * hidden);
        using var gates = new NativeBuffer<T>(layer.Batch * width);
        for (int direction = 0; direction < layer.Directions; direction++)
        {
            run.Begin(direction);
            run.LoadState(firstCells.Pointer, direction, cells.Pointer);
            T* peephole = peepholes.Pointer == null ? null : peepholes.Pointer + (direction * 3 * hidden);
            for (long step = 0; step < layer.Steps; step++)
            {
                GatherGates(layer, run, direction, step, gates.Pointer, width);
                MatrixProducts.Accumulate(run.States, hidden, run.Recurrent, width, gates.Pointer, width, layer.Batch, width, hidden);
                UpdateAll(layer, run, direction, step, gates.Pointer, cells.Pointer, peephole, functions.Slice(3 * direction, 3), clip, coupled);
            }

            run.End(direction);
            run.StoreState(cells.Pointer, direction, lastCells.Pointer);
        }

        run.Commit();
        lastCells.Commit();
    }

    /// <summary>A step of every sequence that has not ended.</summary>
    internal static void UpdateAll<T>(
        RecurrentLayer layer, RecurrentRun<T> run, int direction, long step, T* gates, T* cells, T* peephole, ReadOnlySpan<RecurrentFunction> functions, T clip, bool coupled)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long hidden = layer.Hidden;
        for (long sequence = 0; sequence < layer.Batch; sequence++)
        {
            long length = layer.Length(sequence);
            if (step >= length)
            {
                run.Emit(step, direction, sequence, beyondEnd: true);
                continue;
            }

            Update(gates + (sequence * layer.GateLength), cells + (sequence * hidden), run.States + (sequence * hidden), peephole, hidden, functions, clip, coupled);
            run.Emit(layer.Time(direction, step, length), direction, sequence, beyondEnd: false);
        }
    }

    // One sequence's step. The gates hold the sums before the functions.
    private static void Update<T>(T* gates, T* cell, T* state, T* peephole, long hidden, ReadOnlySpan<RecurrentFunction> functions, T clip, bool coupled)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* input = gates;
        T* output = input + hidden;
        T* forget = output + hidden;
        T* candidate = forget + hidden;
        if (peephole != null)
        {
            for (long i = 0; i < hidden; i++)
            {
                input[i] += peephole[i] * cell[i];
                forget[i] += peephole[(2 * hidden) + i] * cell[i];
            }
        }

        functions[0].Apply(input, hidden, clip);
        functions[1].Apply(candidate, hidden, clip);
        if (coupled)
        {
            for (long i = 0; i < hidden; i++)
            {
                forget[i] = T.One - input[i];
            }
        }
        else
        {
            functions[0].Apply(forget, hidden, clip);
        }

        for (long i = 0; i < hidden; i++)
        {
            cell[i] = (forget[i] * cell[i]) + (input[i] * candidate[i]);
            output[i] += peephole == null ? T.Zero : peephole[hidden + i] * cell[i];
            state[i] = cell[i];
        }

        functions[0].Apply(output, hidden, clip);
        // The clip is for the gates: the cell goes into its function as it is, as in ONNX Runtime.
        functions[2].Apply(state, hidden, T.PositiveInfinity);
        for (long i = 0; i < hidden; i++)
        {
            state[i] *= output[i];
        }
    }
}
