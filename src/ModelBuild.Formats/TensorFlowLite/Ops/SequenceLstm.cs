using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>
/// LSTM layers: over a sequence, in both directions, or one step. Each call starts from states of zero, as the layer that was exported does;
/// TensorFlow Lite's interpreter keeps the states of one call for the next unless it is told to reset them.
/// </summary>
internal sealed class SequenceLstm : TfLiteOp
{
    private const int Tanh = 4;

    public override IReadOnlyList<string> Names { get; } = ["UNIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_LSTM", "LSTM"];

    public override string OnnxOf(string name) => "LSTM, Scan";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        switch (node.Name)
        {
            case "LSTM" when node.Options.SByte(3) != 0:
                throw NodeReader.Unsupported("its kernel type is BASIC; the type FULL can be read");
            case "LSTM":
                Value one = b.Unsqueeze(node.In(0), 0);
                node.Out(b.Squeeze(Layer(node, one, new LstmTensors(1, 18, 19, 20)), 0), node.OutputCount - 1);
                break;
            case "UNIDIRECTIONAL_SEQUENCE_LSTM":
                if (node.Options.Bool(5))
                {
                    throw NodeReader.Unsupported("its recurrent weights are diagonals");
                }

                Value y = Layer(node, TimeFirst(node, node.In(0), node.Options.Bool(3)), new LstmTensors(1, 18, 19, 20));
                node.Out(TimeFirst(node, y, node.Options.Bool(3)), node.OutputCount - 1);
                break;
            default:
                ReadBidirectional(node);
                break;
        }
    }

    private static void ReadBidirectional(NodeReader node)
    {
        GraphBuilder b = node.B;
        if (Enumerable.Range(39, 9).Any(node.Has))
        {
            throw NodeReader.Unsupported("it has an auxiliary input");
        }

        bool isTimeMajor = node.Options.Bool(4, true);
        Value x = TimeFirst(node, node.In(0), isTimeMajor);
        Value forward = TimeFirst(node, Layer(node, x, new LstmTensors(1, 35, 36, int.MaxValue - 4)), isTimeMajor);
        Value reversed = Backwards(b, Layer(node, Backwards(b, x), new LstmTensors(18, 37, 38, int.MaxValue - 4)));
        Value backward = TimeFirst(node, reversed, isTimeMajor);
        if (node.Options.Bool(3))
        {
            node.Out(b.Add("Concat", [forward, backward], ("axis", -1L)));
            return;
        }

        node.Out(forward, 0);
        node.Out(backward, 1);
    }

    private static Value Backwards(GraphBuilder b, Value x) => b.Add("Slice", [x, b.Integers(-1), b.Integers(long.MinValue), b.Integers(0), b.Integers(-1)]);

    private static Value TimeFirst(NodeReader node, Value x, bool isTimeMajor) => isTimeMajor ? x : node.B.Transpose(x, 1, 0, 2);

    // One layer over [time, batch, input].
    private static Value Layer(NodeReader node, Value x, LstmTensors t)
    {
        float cellClip = node.Options.Float(1);
        Shape? shape = node.B.ShapeOf(x);
        bool hasNorm = t.HasNorm(node);

        // A step adds at most 1 to the cell's magnitude, so that within so many steps from zero the clip changes nothing.
        bool isClipped = cellClip > 0 && !(shape is not null && shape[0].IsFixed && shape[0].Value <= cellClip && t.StartsFromZero(node));
        bool isPlain = !isClipped && !hasNorm && !node.Has(t.Projection) && node.Has(t.Weights) && node.Options.SByte(0) == Tanh;
        return isPlain ? Operator(node, x, t) : LstmScan.Layer(node, x, t, cellClip);
    }

    private static Value Operator(NodeReader node, Value x, LstmTensors t)
    {
        GraphBuilder b = node.B;
        long hidden = b.ShapeOf(node.In(t.Recurrent))![0].Value;

        // TensorFlow Lite has input, forget, cell, output; ONNX input, output, forget, cell.
        int[] order = [0, 3, 1, 2];
        Value Stack(Func<int, Value> gate) => b.Unsqueeze(b.Add("Concat", order.Select(gate), ("axis", 0L)), 0);
        Value zeros = b.Constant(TensorData.Create<float>(ElementType.Float32, [4 * hidden], new float[4 * hidden]));
        Value bias = b.Unsqueeze(b.Add("Concat", [.. order.Select(g => t.Bias(node, g)), zeros], ("axis", 0L)), 0);
        Value? peepholes = null;
        if (node.Has(t.Peepholes + 1))
        {
            // ONNX: input, output, forget.
            peepholes = b.Unsqueeze(b.Add("Concat", [node.In(t.Peepholes), node.In(t.Peepholes + 2), node.In(t.Peepholes + 1)], ("axis", 0L)), 0);
        }

        Value? h = LstmTensors.State(node, t.Output);
        Value? c = LstmTensors.State(node, t.Cell);
        Value y = b.Add(
            "LSTM",
            [x, Stack(g => node.In(t.Weights + g)), Stack(g => node.In(t.Recurrent + g)), bias, null, h is null ? null : b.Unsqueeze(h, 0), c is null ? null : b.Unsqueeze(c, 0), peepholes],
            ("hidden_size", hidden));
        return b.Squeeze(y, 1);
    }
}

/// <summary>Where the tensors of one direction stand among an operator's inputs. Gates are input, forget, cell, output.</summary>
/// <param name="Weights">First of four input weights; the first is left out when input and forget gate are coupled.</param>
/// <param name="Output">The output state.</param>
/// <param name="Cell">The cell state.</param>
/// <param name="Norm">First of four coefficients of layer normalization.</param>
internal sealed record LstmTensors(int Weights, int Output, int Cell, int Norm)
{
    public int Recurrent => Weights + 4;

    public int Peepholes => Weights + 8;

    public int Biases => Weights + 11;

    public int Projection => Weights + 15;

    public int ProjectionBias => Weights + 16;

    public bool HasNorm(NodeReader node) => Enumerable.Range(0, 4).Any(i => node.Has(Norm + i));

    public bool StartsFromZero(NodeReader node) => State(node, Cell) is null;

    /// <summary>A state that the caller gives, or null for a variable, which is zero.</summary>
    public static Value? State(NodeReader node, int index) => node.Has(index) && !node.InputTensor(index).IsVariable ? node.In(index) : null;

    /// <summary>A gate's bias. That of an integer kernel may have no scale of its own: it is that of input times weights.</summary>
    public Value Bias(NodeReader node, int gate)
    {
        int index = Biases + gate;
        GraphBuilder b = node.B;
        if (!node.Has(index))
        {
            long hidden = b.ShapeOf(node.In(Recurrent + gate))![0].Value;
            return b.Constant(TensorData.Create<float>(ElementType.Float32, [hidden], new float[hidden]));
        }

        TfLiteTensor bias = node.InputTensor(index);
        if (bias.Type != TfLiteType.Int32 || bias.Scales.Length > 0)
        {
            return node.Bias(index)!;
        }

        float[] input = node.InputTensor(0).Scales;
        float[] weights = node.InputTensor(Weights + gate).Scales;
        return input.Length == 1 && weights.Length == 1
            ? b.Add("Mul", [b.Cast(node.Stored(index), ElementType.Float32), b.Number((double)input[0] * weights[0])])
            : throw node.Damaged("has an integer bias without a scale");
    }
}
