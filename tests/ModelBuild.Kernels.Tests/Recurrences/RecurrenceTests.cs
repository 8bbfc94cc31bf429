using CsCheck;
using ModelBuild.Kernels.Tests.Networks;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Recurrences;

/// <summary>The float32 kernels of recurrent layers against the operators, and their legs and thread counts against each other.</summary>
[TestClass]
public sealed unsafe class RecurrenceTests
{
    [TestMethod]
    public void Lstm_is_the_operator() => Gen.Int.Each(seed => Check(new KernelCase(new Random(seed), 4)));

    [TestMethod]
    public void Gru_is_the_operator() => Gen.Int.Each(seed => Check(new KernelCase(new Random(seed), 3)));

    [TestMethod]
    public void A_long_sequence_goes_in_chunks_and_gives_the_same()
    {
        var random = new Random(7);
        Check(new KernelCase(random, 4, steps: 300, batch: 3, hidden: 48, direction: "reverse", lengths: false, batchFirst: false));
        Check(new KernelCase(random, 3, steps: 300, batch: 3, hidden: 48, direction: "bidirectional", lengths: false, batchFirst: false));
    }

    [TestMethod]
    public void Threads_change_no_bit() => Gen.Int.Each(seed =>
    {
        var layer = new KernelCase(new Random(seed), seed % 2 == 0 ? 4 : 3);
        TensorValue[] one = layer.Run(1);
        TensorValue[] two = layer.Run(2);
        for (int i = 0; i < one.Length; i++)
        {
            Tensors.AreEqual(one[i], two[i]);
        }
    });

    [TestMethod]
    public void Every_table_of_products_gives_the_same_bits()
    {
        GemmMicrokernels best = GemmMicrokernels.Current;
        var layers = Enumerable.Range(0, 12).Select(seed => new KernelCase(new Random(seed), seed % 2 == 0 ? 4 : 3)).ToArray();
        try
        {
            TensorValue[][] expected = [.. layers.Select(l => l.Run(1))];
            foreach (GemmMicrokernels table in GemmLegs.All().Where(t => t.IsFused == best.IsFused))
            {
                GemmMicrokernels.Current = table;
                for (int i = 0; i < layers.Length; i++)
                {
                    TensorValue[] actual = layers[i].Run(1);
                    for (int j = 0; j < actual.Length; j++)
                    {
                        Tensors.AreEqual(expected[i][j], actual[j], table.Name);
                    }
                }
            }
        }
        finally
        {
            GemmMicrokernels.Current = best;
        }
    }

    [TestMethod]
    public void Every_width_of_the_gates_gives_the_same_bits()
    {
        WidthIsScalar<Float32x4>();
        WidthIsScalar<Float32x8>();
        WidthIsScalar<Float32x16>();
    }

    [TestMethod]
    public void Lengths_outside_of_the_input_are_refused()
    {
        int length = 2;
        float* memory = stackalloc float[256];
        using var context = new KernelContext();
        try
        {
            Recurrence.Gru(context, memory, memory, memory, null, &length, null, memory, null, 1, 1, 1, 1);
        }
        catch (KernelException)
        {
            return;
        }

        Assert.Fail("A sequence of two steps was taken from an input of one.");
    }

    private static void WidthIsScalar<T>()
        where T : struct, IFloatVector<T>
    {
        if (!Legs.IsFused<T>())
        {
            return;
        }

        const int Blocks = 3;
        const int Length = Blocks * 16;
        var random = new Random(3);
        TensorValue gates = random.Next(TensorElementType.Float32, 8, 4 * Length);
        TensorValue sums = random.Next(TensorElementType.Float32, 8, 4 * Length);
        TensorValue[] scalar = [random.Next(TensorElementType.Float32, 2, Length), random.Next(TensorElementType.Float32, 2, Length), new(TensorElementType.Float32, Length)];
        TensorValue[] wide = [new(), new(), new()];
        for (int i = 0; i < 3; i++)
        {
            wide[i].CopyFrom(scalar[i]);
        }

        Step<Float32x1>(gates, sums, scalar, Blocks);
        Step<T>(gates, sums, wide, Blocks);
        for (int i = 0; i < 3; i++)
        {
            Tensors.AreEqual(scalar[i], wide[i], typeof(T).Name);
        }
    }

    private static void Step<T>(TensorValue gates, TensorValue sums, TensorValue[] states, int blocks)
        where T : struct, IFloatVector<T>
    {
        float* g = gates.Pointer<float>();
        float* s = sums.Pointer<float>();
        float* cell = states[0].Pointer<float>();
        float* state = states[1].Pointer<float>();
        RecurrenceGates.Lstm<T>(g, cell, state, blocks);
        RecurrenceGates.Reset<T>(g, s, state, states[2].Pointer<float>(), blocks);
        RecurrenceGates.Gru<T>(g, s, s + 32, 48, state, blocks, linear: true);
        RecurrenceGates.Gru<T>(g, s, s + 100, 32, state, blocks, linear: false);
    }

    private static void Check(KernelCase layer)
    {
        TensorValue[] expected = layer.Reference();
        TensorValue[] actual = layer.Run(1);
        for (int i = 0; i < expected.Length; i++)
        {
            Tensors.AreEqual(expected[i], actual[i], $"{layer} output {i}", 1e-5);
        }
    }

    /// <summary>A random layer with the default functions.</summary>
    private sealed class KernelCase
    {
        private readonly int _gates;
        private readonly string _direction;
        private readonly bool _batchFirst;
        private readonly bool _linear;
        private readonly TensorValue _x;
        private readonly TensorValue _w;
        private readonly TensorValue _r;
        private readonly TensorValue? _b;
        private readonly TensorValue? _lengths;
        private readonly TensorValue? _h;
        private readonly TensorValue? _c;

        public KernelCase(Random random, int gates, long steps = 0, long batch = 0, long hidden = 0, string? direction = null, bool? lengths = null, bool? batchFirst = null)
        {
            const TensorElementType Type = TensorElementType.Float32;
            _gates = gates;
            steps = steps > 0 ? steps : random.Next(0, 7);
            batch = batch > 0 ? batch : random.Next(1, 9);
            hidden = hidden > 0 ? hidden : random.Of(1L, 15, 16, 17, 40);
            long input = random.Next(1, 20);
            _direction = direction ?? random.Of("forward", "reverse", "bidirectional");
            long directions = _direction == "bidirectional" ? 2 : 1;
            _batchFirst = batchFirst ?? random.Coin();
            _linear = random.Coin();
            _x = _batchFirst ? random.Next(Type, 1, batch, steps, input) : random.Next(Type, 1, steps, batch, input);
            _w = random.Next(Type, 0.3, directions, gates * hidden, input);
            _r = random.Next(Type, 0.3, directions, gates * hidden, hidden);
            _b = random.Coin() ? null : random.Next(Type, 0.5, directions, 2 * gates * hidden);
            long[] state = _batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
            _h = random.Coin() ? null : random.Next(Type, 1, state);
            _c = random.Coin() ? null : random.Next(Type, 1, state);
            if (lengths ?? random.Coin())
            {
                _lengths = new TensorValue(TensorElementType.Int32, batch);
                for (long i = 0; i < batch; i++)
                {
                    _lengths.Pointer<int>()[i] = random.Next(0, (int)steps + 1);
                }
            }
        }

        public override string ToString() => $"{_gates} gates {_direction} {_x} {_w} lengths {_lengths} batch first {_batchFirst} linear {_linear}";

        public TensorValue[] Reference()
        {
            TensorValue[] y = [new(), new(), new()];
            if (_gates == 4)
            {
                LongShortTermMemory.LSTM(_x, _w, _r, _b, _lengths, _h, _c, null, y[0], y[1], y[2], direction: _direction, layout: _batchFirst ? 1 : 0);
                return y;
            }

            GatedRecurrence.GRU(_x, _w, _r, _b, _lengths, _h, y[0], y[1], direction: _direction, layout: _batchFirst ? 1 : 0, linearBeforeReset: _linear ? 1 : 0);
            return y[..2];
        }

        public TensorValue[] Run(int threads)
        {
            int directions = (int)_w.Shape[0];
            int hidden = (int)_r.Shape[2];
            int input = (int)_x.Shape[2];
            long steps = _x.Shape[_batchFirst ? 1 : 0];
            long batch = _x.Shape[_batchFirst ? 0 : 1];
            var weights = new TensorValue(TensorElementType.Float32, RecurrencePacking.WeightsLength(_gates, hidden, input, directions));
            var recurrent = new TensorValue(TensorElementType.Float32, RecurrencePacking.WeightsLength(_gates, hidden, hidden, directions));
            var bias = new TensorValue(TensorElementType.Float32, RecurrencePacking.GateLength(_gates, hidden) * directions * 2);
            RecurrencePacking.Weights(_w.Span<float>(), _gates, hidden, input, directions, weights.Span<float>());
            long[] outputs = _batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden];
            long[] states = _batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
            TensorValue[] y = [new(TensorElementType.Float32, outputs), new(TensorElementType.Float32, states), new(TensorElementType.Float32, states)];
            using var context = new KernelContext(threads);
            bool reverse = _direction == "reverse";
            int* lengths = _lengths is null ? null : _lengths.Pointer<int>();
            if (_gates == 4)
            {
                RecurrencePacking.Weights(_r.Span<float>(), _gates, hidden, hidden, directions, recurrent.Span<float>());
                if (_b is not null)
                {
                    RecurrencePacking.LstmBias(_b.Span<float>(), hidden, directions, bias.Span<float>()[..(bias.Span<float>().Length / 2)]);
                }

                Recurrence.Lstm(
                    context, _x.Pointer<float>(), weights.Pointer<float>(), recurrent.Pointer<float>(), Or(_b, bias), lengths, Or(_h, _h), Or(_c, _c),
                    y[0].Pointer<float>(), y[1].Pointer<float>(), y[2].Pointer<float>(), steps, batch, input, hidden, directions, reverse, _batchFirst);
                return y;
            }

            if (_linear)
            {
                RecurrencePacking.Weights(_r.Span<float>(), _gates, hidden, hidden, directions, recurrent.Span<float>());
            }
            else
            {
                RecurrencePacking.GruRecurrent(_r.Span<float>(), hidden, directions, recurrent.Span<float>());
            }

            if (_b is not null)
            {
                RecurrencePacking.GruBias(_b.Span<float>(), hidden, directions, _linear, bias.Span<float>());
            }

            Recurrence.Gru(
                context, _x.Pointer<float>(), weights.Pointer<float>(), recurrent.Pointer<float>(), Or(_b, bias), lengths, Or(_h, _h),
                y[0].Pointer<float>(), y[1].Pointer<float>(), steps, batch, input, hidden, directions, reverse, _batchFirst, _linear);
            return y[..2];
        }

        private static float* Or(TensorValue? present, TensorValue? tensor) => present is null ? null : tensor!.Pointer<float>();
    }
}
