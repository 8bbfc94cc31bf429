using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>
/// An LSTM layer step by step, for what ONNX's LSTM does not have: a clipped cell, a projection, coupled gates, layer normalization,
/// another activation.
/// </summary>
internal static class LstmScan
{
    private const double NormEpsilon = 1e-8;

    /// <summary>The outputs of all steps, [time, batch, output].</summary>
    public static Value Layer(NodeReader node, Value x, LstmTensors t, float cellClip)
    {
        GraphBuilder b = node.B;
        Value recurrent = node.In(t.Recurrent + 1);
        long hidden = b.ShapeOf(recurrent)![0].Value;
        long output = b.ShapeOf(recurrent)![1].Value;
        Shape shape = b.ShapeOf(x) is { Rank: 3 } s ? s : throw NodeReader.Unsupported("its input must have 3 dimensions");
        Value h0 = LstmTensors.State(node, t.Output) ?? Zeros(b, x, shape, output);
        Value c0 = LstmTensors.State(node, t.Cell) ?? Zeros(b, x, shape, hidden);

        // All steps' products with the input at once, and the weights outside the body, where they are computed once.
        bool isCoupled = !node.Has(t.Weights);
        var gates = new Value?[4];
        var steps = new Value?[4];
        for (int g = isCoupled ? 1 : 0; g < 4; g++)
        {
            Value product = b.Add("MatMul", [x, node.Weights(t.Weights + g, 1, 0)]);
            steps[g] = t.HasNorm(node) ? product : b.Add("Add", [product, t.Bias(node, g)]);
            gates[g] = node.Weights(t.Recurrent + g, 1, 0);
        }

        GraphBuilder body = b.Nested("lstm_step");
        Value h = body.Input($"{b.Scope}/h", ElementType.Float32, [shape[1], output]);
        Value c = body.Input($"{b.Scope}/c", ElementType.Float32, [shape[1], hidden]);
        Value?[] now = [.. steps.Select((step, g) => step is null ? null : body.Input($"{b.Scope}/x{g}", ElementType.Float32, [shape[1], hidden]))];
        Value Gate(int g, Value? cell)
        {
            Value sum = body.Add("Add", [now[g], body.Add("MatMul", [h, gates[g]])]);
            if (cell is not null && g != 2 && node.Has(t.Peepholes + PeepholeOf(g)))
            {
                sum = body.Add("Add", [sum, body.Add("Mul", [cell, node.In(t.Peepholes + PeepholeOf(g))])]);
            }

            return t.HasNorm(node) ? body.Add("Add", [Normalize(body, sum, node.In(t.Norm + g)), t.Bias(node, g)]) : sum;
        }

        Value forget = body.Add("Sigmoid", [Gate(1, c)]);
        Value input = isCoupled ? body.Add("Sub", [body.Number(1), forget]) : body.Add("Sigmoid", [Gate(0, c)]);
        Value candidate = Activate(node, body, Gate(2, null));
        Value cellNow = body.Add("Add", [body.Add("Mul", [forget, c]), body.Add("Mul", [input, candidate])]);
        if (cellClip > 0)
        {
            cellNow = body.Add("Clip", [cellNow, body.Number(-cellClip), body.Number(cellClip)]);
        }

        Value outputNow = body.Add("Mul", [body.Add("Sigmoid", [Gate(3, cellNow)]), Activate(node, body, cellNow)]);
        if (node.Has(t.Projection))
        {
            outputNow = body.Add("Gemm", [outputNow, node.In(t.Projection), node.OptionalIn(t.ProjectionBias)], ("transB", 1L));
            float clip = node.Options.Float(2);
            outputNow = clip > 0 ? body.Add("Clip", [outputNow, body.Number(-clip), body.Number(clip)]) : outputNow;
        }

        body.Output(outputNow, $"{b.Scope}/h_next");
        body.Output(cellNow, $"{b.Scope}/c_next");
        body.Output(body.Add("Identity", [outputNow]), $"{b.Scope}/y");
        Value[] scanned = [.. steps.OfType<Value>()];
        return b.AddMany("Scan", [h0, c0, .. scanned], 3, ("body", body.Graph), ("num_scan_inputs", (long)scanned.Length))[2];
    }

    private static int PeepholeOf(int gate) => gate == 3 ? 2 : gate;

    private static Value Activate(NodeReader node, GraphBuilder body, Value x) => node.Options.SByte(0) switch
    {
        0 => x,
        1 => body.Add("Relu", [x]),
        3 => body.Add("Clip", [x, body.Number(0), body.Number(6)]),
        4 => body.Add("Tanh", [x]),
        var other => throw NodeReader.Unsupported($"its activation {other} has no counterpart"),
    };

    private static Value Normalize(GraphBuilder body, Value x, Value scale) => body.Add("LayerNormalization", [x, scale], ("axis", -1L), ("epsilon", (float)NormEpsilon));

    private static Value Zeros(GraphBuilder b, Value x, Shape shape, long size)
    {
        Value dimensions = shape[1].IsFixed ? b.Integers(shape[1].Value, size) : b.Add("Concat", [b.Add("Shape", [x], ("start", 1L), ("end", 2L)), b.Integers(size)], ("axis", 0L));
        return b.Add("ConstantOfShape", [dimensions], ("value", TensorData.Create<float>(ElementType.Float32, [1], [0f])));
    }
}
