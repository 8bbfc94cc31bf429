using CsCheck;
using ModelBuild.Kernels.Tests.Networks;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Recurrences;

/// <summary>LSTM, GRU and RNN against ONNX Runtime; what it lacks (batch first, 16-bit floats) against the operators' own float32 results.</summary>
[TestClass]
public sealed unsafe class RecurrentOperatorTests
{
    private static readonly string[] s_functions =
        ["Sigmoid", "Tanh", "Relu", "Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu", "Softsign", "Softplus"];

    [TestMethod]
    public void Lstm() => Gen.Int.Each(seed =>
    {
        var layer = new LayerCase(new Random(seed), 4, 3);
        SingleNode node = layer.Node("LSTM");
        TensorValue?[] inputs = [.. layer.Inputs, layer.InitialC, layer.Peepholes];
        if (layer.Coupled)
        {
            node.With("input_forget", 1L);
        }

        OracleTest.Compare(node, inputs, 3, (_, x, y) => layer.RunLstm(x, y), tolerance: 2e-4);
    });

    [TestMethod]
    public void Gru() => Gen.Int.Each(seed =>
    {
        var layer = new LayerCase(new Random(seed), 3, 2);
        SingleNode node = layer.Node("GRU").With("linear_before_reset", layer.Coupled ? 1L : 0L);
        OracleTest.Compare(node, layer.Inputs, 2, (_, x, y) => layer.RunGru(x, y), tolerance: 2e-4);
    });

    [TestMethod]
    public void Rnn() => Gen.Int.Each(seed =>
    {
        var layer = new LayerCase(new Random(seed), 1, 1);
        OracleTest.Compare(layer.Node("RNN"), layer.Inputs, 2, (_, x, y) => layer.RunRnn(x, y), tolerance: 2e-4);
    });

    [TestMethod]
    public void Batch_first_is_the_same_layer_with_axes_swapped() => Gen.Int.Each(seed =>
    {
        var layer = new LayerCase(new Random(seed), 4, 3);
        TensorValue?[] inputs = [.. layer.Inputs, layer.InitialC, layer.Peepholes];
        TensorValue[] expected = [new(), new(), new()];
        layer.RunLstm(inputs, expected);

        TensorValue?[] swapped = [inputs[0]!.SwapFirst(), inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]?.SwapFirst(), inputs[6]?.SwapFirst(), inputs[7]];
        TensorValue[] actual = [new(), new(), new()];
        layer.RunLstm(swapped, actual, layout: 1);
        Tensors.AreEqual(expected[1].SwapFirst(), actual[1]);
        Tensors.AreEqual(expected[2].SwapFirst(), actual[2]);

        // [steps, directions, batch, hidden] against [batch, steps, directions, hidden].
        long[] shape = expected[0].Shape.ToArray();
        for (long i = 0; i < expected[0].Length; i++)
        {
            long unit = i % shape[3];
            long sequence = i / shape[3] % shape[2];
            long direction = i / shape[3] / shape[2] % shape[1];
            long step = i / shape[3] / shape[2] / shape[1];
            long at = (((((sequence * shape[0]) + step) * shape[1]) + direction) * shape[3]) + unit;
            Assert.AreEqual(expected[0].Pointer<float>()[i], actual[0].Pointer<float>()[at]);
        }
    });

    [TestMethod]
    [DataRow(TensorElementType.Float64, 1e-5)]
    [DataRow(TensorElementType.Float16, 2e-2)]
    [DataRow(TensorElementType.BFloat16, 2e-1)]
    public void Other_types(TensorElementType type, double tolerance) => Gen.Int.Each(seed =>
    {
        var layer = new LayerCase(new Random(seed), 3, 2, simple: true);
        TensorValue[] expected = [new(), new()];
        TensorValue[] actual = [new(), new()];
        layer.RunGru(layer.Inputs, expected);
        layer.RunGru([.. layer.Inputs.Select(i => i is { ElementType: TensorElementType.Float32 } ? i.As(type) : i)], actual);
        Assert.AreEqual(type, actual[0].ElementType);
        Tensors.AreEqual(expected[0], actual[0].As(TensorElementType.Float32), tolerance: tolerance);
        Tensors.AreEqual(expected[1], actual[1].As(TensorElementType.Float32), tolerance: tolerance);
    });

    [TestMethod]
    public void Lengths_outside_of_the_input_are_refused()
    {
        var random = new Random(1);
        TensorValue x = random.Next(TensorElementType.Float32, 1, 2, 1, 3);
        TensorValue w = random.Next(TensorElementType.Float32, 1, 1, 4, 3);
        TensorValue r = random.Next(TensorElementType.Float32, 1, 1, 4, 4);
        foreach (int length in new[] { -1, 3, int.MaxValue })
        {
            TensorValue lengths = Tensors.Of(TensorElementType.Int32, [1], length);
            Assert.ThrowsExactly<KernelException>(() => SimpleRecurrence.RNN(x, w, r, null, lengths, null, new TensorValue(), null));
        }
    }

    [TestMethod]
    public void Shapes_that_do_not_fit_are_refused()
    {
        var random = new Random(1);
        TensorValue x = random.Next(TensorElementType.Float32, 1, 2, 1, 3);
        TensorValue w = random.Next(TensorElementType.Float32, 1, 1, 16, 3);
        TensorValue r = random.Next(TensorElementType.Float32, 1, 1, 16, 4);
        TensorValue wrong = random.Next(TensorElementType.Float32, 1, 1, 16, 5);
        Assert.ThrowsExactly<KernelException>(() => LongShortTermMemory.LSTM(x, wrong, r, null, null, null, null, null, new TensorValue(), null, null));
        Assert.ThrowsExactly<KernelException>(() => LongShortTermMemory.LSTM(x, w, wrong, null, null, null, null, null, new TensorValue(), null, null));
        Assert.ThrowsExactly<KernelException>(() => LongShortTermMemory.LSTM(x, w, r, wrong, null, null, null, null, new TensorValue(), null, null));
        Assert.ThrowsExactly<KernelException>(() => LongShortTermMemory.LSTM(x, w, r, null, null, null, null, null, new TensorValue(), null, null, activations: ["Tanh"]));
        Assert.ThrowsExactly<KernelException>(() => LongShortTermMemory.LSTM(x, w, r, null, null, null, null, null, new TensorValue(), null, null, direction: "sideways"));
    }

    /// <summary>A random layer.</summary>
    private sealed class LayerCase
    {
        private readonly string[] _activations = [];
        private readonly float[] _alphas = [];
        private readonly float[] _betas = [];
        private readonly float _clip;
        private readonly string _direction;
        private readonly long _hidden;

        public LayerCase(Random random, int gates, int functions, bool simple = false)
        {
            const TensorElementType Type = TensorElementType.Float32;
            long steps = random.Next(1, 6);
            long batch = random.Next(1, 4);
            long input = random.Next(1, 8);
            _hidden = random.Of(1L, 3, 8, 17);
            _direction = random.Of("forward", "reverse", "bidirectional");
            long directions = _direction == "bidirectional" ? 2 : 1;
            TensorValue? lengths = random.Coin() ? null : new TensorValue(TensorElementType.Int32, batch);
            for (long i = 0; i < (lengths?.Length ?? 0); i++)
            {
                lengths!.Pointer<int>()[i] = random.Next(1, (int)steps + 1);
            }

            Inputs =
            [
                random.Next(Type, 1, steps, batch, input),
                random.Next(Type, 0.7, directions, gates * _hidden, input),
                random.Next(Type, 0.7, directions, gates * _hidden, _hidden),
                random.Coin() ? null : random.Next(Type, 0.5, directions, 2 * gates * _hidden),
                lengths,
                random.Coin() ? null : random.Next(Type, 1, directions, batch, _hidden),
            ];
            InitialC = random.Coin() ? null : random.Next(Type, 1, directions, batch, _hidden);
            Peepholes = random.Coin() ? null : random.Next(Type, 0.5, directions, 3 * _hidden);
            Coupled = random.Coin();
            if (simple)
            {
                return;
            }

            _clip = random.Coin() ? 0 : 0.5f + random.NextSingle();
            if (random.Coin())
            {
                _activations = [.. Enumerable.Range(0, (int)directions * functions).Select(_ => random.Of(s_functions))];
                _alphas = [.. _activations.Where(a => a is "Affine" or "LeakyRelu" or "ThresholdedRelu" or "ScaledTanh" or "HardSigmoid" or "Elu").Select(_ => random.NextSingle())];
                _betas = [.. _activations.Where(a => a is "Affine" or "ScaledTanh" or "HardSigmoid").Select(_ => random.NextSingle())];
            }
        }

        public TensorValue?[] Inputs { get; }

        public TensorValue? InitialC { get; }

        public TensorValue? Peepholes { get; }

        public bool Coupled { get; }

        public SingleNode Node(string opType)
        {
            SingleNode node = new SingleNode(opType).With("hidden_size", _hidden).With("direction", _direction);
            if (_clip > 0)
            {
                node.With("clip", _clip);
            }

            if (_activations.Length > 0)
            {
                node.With("activations", _activations).With("activation_alpha", _alphas).With("activation_beta", _betas);
            }

            return node;
        }

        public void RunLstm(TensorValue?[] x, TensorValue[] y, long layout = 0) => LongShortTermMemory.LSTM(
            x[0]!, x[1]!, x[2]!, x[3], x[4], x[5], x[6], x[7], y[0], y[1], y[2], _alphas, _betas, _activations, _clip, _direction, _hidden, Coupled ? 1 : 0, layout);

        public void RunGru(TensorValue?[] x, TensorValue[] y) =>
            GatedRecurrence.GRU(x[0]!, x[1]!, x[2]!, x[3], x[4], x[5], y[0], y[1], _alphas, _betas, _activations, _clip, _direction, _hidden, 0, Coupled ? 1 : 0);

        public void RunRnn(TensorValue?[] x, TensorValue[] y) =>
            SimpleRecurrence.RNN(x[0]!, x[1]!, x[2]!, x[3], x[4], x[5], y[0], y[1], _alphas, _betas, _activations, _clip, _direction, _hidden);
    }
}
