using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator DynamicQuantizeLSTM of ONNX Runtime's own set.</summary>
public static unsafe class DynamicQuantizedLstm
{
    private const int Gates = 4;

    /// <summary>LSTM with 8-bit weights; input and state are quantized when they meet them.</summary>
    /// <param name="context">Keeps what a call needs.</param>
    /// <param name="x">Input, <c>[steps, batch, input]</c>.</param>
    /// <param name="w">Weights of the input, <c>[directions, input, 4 * hidden]</c>.</param>
    /// <param name="r">Weights of the state, <c>[directions, hidden, 4 * hidden]</c>.</param>
    /// <param name="b">Biases, <c>[directions, 8 * hidden]</c>.</param>
    /// <param name="sequenceLens">Length of each sequence.</param>
    /// <param name="initialH">State before the first step.</param>
    /// <param name="initialC">Cell before the first step.</param>
    /// <param name="p">Weights of the cell, <c>[directions, 3 * hidden]</c>.</param>
    /// <param name="wScale">Scales of <paramref name="w"/>, <c>[directions]</c> or <c>[directions, 4 * hidden]</c>.</param>
    /// <param name="wZeroPoint">Zero points like the scales.</param>
    /// <param name="rScale">Scales of <paramref name="r"/>.</param>
    /// <param name="rZeroPoint">Zero points like the scales.</param>
    /// <param name="y">State after every step.</param>
    /// <param name="yH">State after the last step.</param>
    /// <param name="yC">Cell after the last step.</param>
    /// <param name="activationAlpha">First parameters of the functions.</param>
    /// <param name="activationBeta">Second parameters of the functions.</param>
    /// <param name="activations">Three functions per direction; Sigmoid, Tanh, Tanh when empty.</param>
    /// <param name="clip">Limit of the gates' sums before their functions; 0 for none.</param>
    /// <param name="direction">forward, reverse or bidirectional.</param>
    /// <param name="hiddenSize">Size of the state.</param>
    /// <param name="inputForget">1 when the forget gate is one minus the input gate.</param>
    /// <exception cref="KernelException">Shapes, types or attributes contradict each other.</exception>
    public static void DynamicQuantizeLSTM(
        KernelContext context,
        TensorValue x,
        TensorValue w,
        TensorValue r,
        TensorValue? b,
        TensorValue? sequenceLens,
        TensorValue? initialH,
        TensorValue? initialC,
        TensorValue? p,
        TensorValue wScale,
        TensorValue? wZeroPoint,
        TensorValue rScale,
        TensorValue? rZeroPoint,
        [Output] TensorValue? y,
        [Output] TensorValue? yH,
        [Output] TensorValue? yC,
        ReadOnlySpan<float> activationAlpha = default,
        ReadOnlySpan<float> activationBeta = default,
        ReadOnlySpan<string> activations = default,
        float clip = 0,
        string direction = "forward",
        long hiddenSize = 0,
        long inputForget = 0)
    {
        // The layer checks shapes as ONNX has them; these weights are transposed.
        TensorValue wShape = context.Temporary(0);
        TensorValue rShape = context.Temporary(1);
        if (w.Rank != 3 || r.Rank != 3 || x.ElementType != TensorElementType.Float32)
        {
            throw new KernelException($"A quantized LSTM of {x} with the weights {w} and {r}.");
        }

        wShape.View(w.ElementType, w.Data, w.Shape[0], w.Shape[2], w.Shape[1]);
        rShape.View(r.ElementType, r.Data, r.Shape[0], r.Shape[2], r.Shape[1]);
        var layer = new RecurrentLayer(x, wShape, rShape, b, sequenceLens, initialH, Gates, direction, hiddenSize, 0);
        layer.ExpectState(initialC, "initial_c");
        if (p is not null)
        {
            RecurrentLayer.Expect(p, "P", layer.Directions, 3 * layer.Hidden);
        }

        Span<RecurrentFunction> functions = stackalloc RecurrentFunction[6];
        functions = functions[..(3 * layer.Directions)];
        RecurrentFunction.Read(activations, activationAlpha, activationBeta, [RecurrentFunctionKind.Sigmoid, RecurrentFunctionKind.Tanh, RecurrentFunctionKind.Tanh], functions);
        layer.ResizeState(yC, TensorElementType.Float32);
        using var run = new RecurrentRun<float>(layer, x, null, null, b, initialH, y, yH);
        using var input = new QuantizedProduct(w, wScale, wZeroPoint, layer.Steps * layer.Batch, layer.Input, layer.GateLength);
        using var recurrent = new QuantizedProduct(r, rScale, rZeroPoint, layer.Batch, layer.Hidden, layer.GateLength);
        using var cells = new NativeBuffer<float>(layer.Batch * layer.Hidden);
        using var gates = new NativeBuffer<float>(layer.Batch * layer.GateLength);
        for (int d = 0; d < layer.Directions; d++)
        {
            run.BeginWithBias(d);
            input.Begin(d);
            recurrent.Begin(d);
            input.Accumulate(x.Pointer<float>(), run.Projected(0, 0), layer.Steps * layer.Batch);
            run.LoadState(initialC is null ? null : initialC.Pointer<float>(), d, cells.Pointer);
            float* peephole = p is null ? null : p.Pointer<float>() + (d * 3 * layer.Hidden);
            for (long step = 0; step < layer.Steps; step++)
            {
                LongShortTermMemory.GatherGates(layer, run, d, step, gates.Pointer, layer.GateLength);
                recurrent.Accumulate(run.States, gates.Pointer, layer.Batch);
                LongShortTermMemory.UpdateAll(layer, run, d, step, gates.Pointer, cells.Pointer, peephole, functions.Slice(3 * d, 3), clip > 0 ? clip : float.PositiveInfinity, inputForget != 0);
            }

            run.End(d);
            run.StoreState(cells.Pointer, d, yC is null ? null : yC.Pointer<float>());
        }

        run.Commit();
    }

    // A product whose left operand is quantized when it comes.
    private ref struct QuantizedProduct : IDisposable
    {
        private readonly TensorValue _weights;
        private readonly TensorValue _scale;
        private readonly TensorValue? _zeroPoint;
        private readonly long _depth;
        private readonly long _columns;
        private NativeBuffer<int> _matrix;
        private NativeBuffer<byte> _bytes;
        private NativeBuffer<int> _left;
        private NativeBuffer<int> _sums;
        private int _direction;

        public QuantizedProduct(TensorValue weights, TensorValue scale, TensorValue? zeroPoint, long rows, long depth, long columns)
        {
            long directions = weights.Shape[0];
            if ((scale.Length != directions && scale.Length != directions * columns) || (zeroPoint is not null && zeroPoint.Length != scale.Length))
            {
                throw new KernelException($"The scales {scale} and zero points {zeroPoint} don't fit the weights {weights}.");
            }

            _weights = weights;
            _scale = scale;
            _zeroPoint = zeroPoint;
            _depth = depth;
            _columns = columns;
            _matrix = new NativeBuffer<int>(depth * columns);
            _bytes = new NativeBuffer<byte>(checked(rows * depth));
            _left = new NativeBuffer<int>(checked(rows * depth));
            _sums = new NativeBuffer<int>(checked(rows * columns));
        }

        public void Begin(int direction)
        {
            _direction = direction;
            QuantizedElements.Widen(_weights, direction * _matrix.Length, _matrix.Length, 0, _matrix.Pointer);
            for (long i = 0; _zeroPoint is not null && i < _matrix.Length; i++)
            {
                _matrix.Pointer[i] -= (int)Parameter(_zeroPoint, i % _columns);
            }
        }

        public readonly void Accumulate(float* x, float* y, long rows)
        {
            (float scale, byte zeroPoint) = LinearQuantization.Cover(x, rows * _depth);
            LinearQuantization.QuantizeBytes(x, rows * _depth, scale, zeroPoint, _bytes.Pointer);
            for (long i = 0; i < rows * _depth; i++)
            {
                _left.Pointer[i] = _bytes.Pointer[i] - zeroPoint;
            }

            Unfolding.Fill(_sums.Pointer, rows * _columns, 0);
            MatrixProducts.Accumulate(_left.Pointer, _depth, _matrix.Pointer, _columns, _sums.Pointer, _columns, rows, _columns, _depth);
            for (long i = 0; i < rows * _columns; i++)
            {
                y[i] += _sums.Pointer[i] * (scale * Parameter(_scale, i % _columns));
            }
        }

        public void Dispose()
        {
            _matrix.Dispose();
            _bytes.Dispose();
            _left.Dispose();
            _sums.Dispose();
        }

        private readonly float Parameter(TensorValue parameters, long column)
        {
            float value = 0;
            QuantizedElements.Read(parameters, parameters.Length == _weights.Shape[0] ? _direction : (_direction * _columns) + column, new Span<float>(ref value));
            return value;
        }
    }
}
