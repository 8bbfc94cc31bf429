using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>
/// An LSTM layer whose weights lie one after the other in one tensor: the input's weights, the state's weights, then the biases (both, or
/// their sum), each with its gates in the order i, f, c, o; ONNX has i, o, f, c.
/// </summary>
internal sealed class Lstm : MindPrimitive
{
    private static readonly int[] s_order = [0, 3, 1, 2];

    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("LSTM", "LSTM")];

    public override MindValue Read(PrimitiveCall call)
    {
        long inputSize = call.Int("input_size", -1, 0);
        long hidden = call.Int("hidden_size", -1, 0);
        bool hasBias = call.Bool("has_bias", -1, true);
        if (call.Bool("bidirectional") || call.Int("num_layers", -1, 1) != 1 || call.Int("proj_size", -1, 0) != 0)
        {
            throw new UnsupportedOperatorException("it has two directions, several layers or a projection in one node; one layer in one direction is supported");
        }

        GraphBuilder b = call.Builder;
        TensorData packed = b.ConstantOf(call.Tensor(3)) is { } data ? data.Reshape(data.ElementCount) : throw new UnsupportedOperatorException("its weights are computed when the model runs");
        long gates = 4 * hidden;
        long matrices = gates * (inputSize + hidden);
        long biases = hidden <= 0 || inputSize <= 0 ? -1 : (packed.ElementCount - matrices) / gates;
        if (biases != (hasBias ? Math.Max(1, biases) : 0) || biases > 2 || packed.ElementCount != matrices + (biases * gates))
        {
            throw new UnsupportedOperatorException($"its weights have {packed.ElementCount} elements, which does not fit its sizes");
        }

        long at = 0;
        TensorData Next(params ReadOnlySpan<long> dimensions)
        {
            long count = 1;
            foreach (long d in dimensions)
            {
                count *= d;
            }

            TensorData part = packed.Slice(0, at, count).Reshape(dimensions).ReorderBlocks(0, s_order);
            at += count;
            return part;
        }

        TensorData weight = Next(gates, inputSize).Reshape(1, gates, inputSize);
        TensorData recurrent = Next(gates, hidden).Reshape(1, gates, hidden);
        Value? bias = null;
        if (biases > 0)
        {
            TensorData first = Next(gates);
            TensorData second = biases == 2 ? Next(gates) : new MemoryTensorData(packed.ElementType, [gates], new byte[packed.ElementType.ByteSize(gates)]);
            bias = b.Constant(TensorTransforms.Concat(0, first, second).Reshape(1, 2 * gates));
        }

        Value[] results = b.AddMany("LSTM", [call.Tensor(0), b.Constant(weight), b.Constant(recurrent), bias, null, call.Tensor(1), call.Tensor(2)], 3, ("hidden_size", hidden));

        // [sequence, 1, batch, hidden] to [sequence, batch, hidden].
        Value y = b.Squeeze(results[0], 1);
        return new MindTuple([new MindTensor(y), new MindTensor(results[1]), new MindTensor(results[2]), MindUnknown.Instance, MindUnknown.Instance]);
    }
}
