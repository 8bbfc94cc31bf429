using CsCheck;
using ModelBuild.Kernels.Tests.Networks;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Quantizations;

/// <summary>Quantized operators of ONNX Runtime's own set, against ONNX Runtime.</summary>
[TestClass]
public sealed unsafe class ContribQuantizationTests
{
    private const string Domain = "com.microsoft";

    [TestMethod]
    public void Q_gemm() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        (long m, long n, long k) = (random.Next(1, 6), random.Next(1, 20), random.Next(1, 20));
        (long transA, long transB) = (random.Next(2), random.Next(2));
        float alpha = random.Of(1f, 0.5f);
        bool perColumn = random.Coin();
        TensorValue a = random.NextBytes(TensorElementType.UInt8, transA != 0 ? [k, m] : [m, k]);
        TensorValue b = random.NextBytes(TensorElementType.UInt8, transB != 0 ? [n, k] : [k, n]);
        TensorValue? c = random.Coin() ? null : new TensorValue(TensorElementType.Int32, random.Coin() ? [n] : [1, n]);
        for (long i = 0; i < (c?.Length ?? 0); i++)
        {
            c!.Pointer<int>()[i] = random.Next(-2000, 2000);
        }

        bool quantized = random.Coin();
        TensorValue?[] inputs =
        [
            a, random.NextScales(), random.NextBytes(TensorElementType.UInt8), b, random.NextScales(perColumn ? [n] : []), random.NextBytes(TensorElementType.UInt8, perColumn ? [n] : []), c,
            quantized ? random.NextScales() : null, quantized ? random.NextBytes(TensorElementType.UInt8) : null,
        ];
        SingleNode node = new SingleNode("QGemm", 21, Domain).With("transA", transA).With("transB", transB).With("alpha", alpha);
        OracleTest.Compare(
            node, inputs, 1, (_, x, y) => QuantizedGemm.QGemm(x[0]!, x[1]!, x[2], x[3]!, x[4]!, x[5], x[6], x[7], x[8], y[0], alpha, transA, transB), mayAccept: true, tolerance: quantized ? 0 : 1e-5);
    });

    [TestMethod]
    [DataRow(TensorElementType.Int4)]
    [DataRow(TensorElementType.UInt4)]
    [DataRow(TensorElementType.UInt8)]
    public void Gather_block_quantized(TensorElementType type) => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        long bits = type == TensorElementType.UInt8 ? random.Of(4L, 8) : 4;
        long[] shape = [random.Next(1, 6), random.Next(1, 4), 32 * random.Next(1, 3)];
        long block = random.Of(16L, 32);
        long[] stored = [shape[0], shape[1], type == TensorElementType.UInt8 && bits == 4 ? shape[2] / 2 : shape[2]];
        long[] scales = [shape[0], shape[1], shape[2] / block];
        long[] zeros = [shape[0], shape[1], type == TensorElementType.UInt8 && bits == 4 ? (scales[2] + 1) / 2 : scales[2]];
        TensorValue indices = new(TensorElementType.Int64, random.Next(1, 3), random.Next(1, 3));
        for (long i = 0; i < indices.Length; i++)
        {
            indices.Pointer<long>()[i] = random.Next(-(int)shape[0], (int)shape[0]);
        }

        TensorValue?[] inputs = [random.NextBytes(type, stored), indices, random.NextScales(scales), random.Coin() ? null : random.NextBytes(type, zeros)];
        SingleNode node = new SingleNode("GatherBlockQuantized", 21, Domain).With("gather_axis", 0L).With("quantize_axis", 2L).With("block_size", block);
        if (type == TensorElementType.UInt8)
        {
            node.With("bits", bits);
        }

        OracleTest.Compare(node, inputs, 1, (_, x, y) => BlockQuantizedGather.GatherBlockQuantized(x[0]!, x[1]!, x[2]!, x[3], y[0], bits, block, 0, 2), mayAccept: true, tolerance: 1e-6);
    });

    [TestMethod]
    public void Dynamic_quantize_lstm() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        const TensorElementType Type = TensorElementType.Float32;
        string direction = random.Of("forward", "reverse", "bidirectional");
        long directions = direction == "bidirectional" ? 2 : 1;
        (long steps, long batch, long input, long hidden) = (random.Next(1, 5), random.Next(1, 3), random.Next(1, 9), random.Of(1L, 4, 9));
        bool perColumn = random.Coin();
        long[] scales = perColumn ? [directions, 4 * hidden] : [directions];
        TensorValue?[] inputs =
        [
            random.Next(Type, 1, steps, batch, input), random.NextBytes(TensorElementType.UInt8, directions, input, 4 * hidden), random.NextBytes(TensorElementType.UInt8, directions, hidden, 4 * hidden),
            random.Coin() ? null : random.Next(Type, 1, directions, 8 * hidden), null, random.Coin() ? null : random.Next(Type, 1, directions, batch, hidden),
            random.Coin() ? null : random.Next(Type, 1, directions, batch, hidden), null, random.NextScales(scales), Zeros(scales, 128), random.NextScales(scales), Zeros(scales, 127),
        ];
        SingleNode node = new SingleNode("DynamicQuantizeLSTM", 21, Domain).With("direction", direction).With("hidden_size", hidden);
        OracleTest.Compare(
            node,
            inputs,
            3,
            (context, x, y) => DynamicQuantizedLstm.DynamicQuantizeLSTM(
                context, x[0]!, x[1]!, x[2]!, x[3], x[4], x[5], x[6], x[7], x[8]!, x[9], x[10]!, x[11], y[0], y[1], y[2], direction: direction, hiddenSize: hidden),
            mayAccept: true,
            tolerance: 2e-3);
    });

    [TestMethod]
    public void Q_attention() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        const TensorElementType Type = TensorElementType.Float32;
        (long batch, long sequence, long heads, long size) = (random.Next(1, 3), random.Next(1, 6), random.Next(1, 3), random.Of(4L, 8));
        long hidden = heads * size;
        long unidirectional = random.Next(2);
        TensorValue? mask = random.Next(3) switch
        {
            0 => null,
            1 => new TensorValue(TensorElementType.Int32, batch),
            _ => new TensorValue(TensorElementType.Int32, batch, sequence),
        };
        for (long i = 0; i < (mask?.Length ?? 0); i++)
        {
            mask!.Pointer<int>()[i] = mask.Rank == 1 ? random.Next(1, (int)sequence + 1) : i % sequence == 0 ? 1 : random.Next(2);
        }

        TensorValue?[] inputs =
        [
            random.NextBytes(TensorElementType.UInt8, batch, sequence, hidden), random.NextBytes(TensorElementType.UInt8, hidden, 3 * hidden), random.Next(Type, 1, 3 * hidden),
            Tensors.Floats([], 0.01f), Tensors.Floats([], 0.01f), mask, Tensors.Of<byte>(TensorElementType.UInt8, [], 120), Tensors.Of<byte>(TensorElementType.UInt8, [], 130),
        ];
        SingleNode node = new SingleNode("QAttention", 21, Domain).With("num_heads", heads).With("unidirectional", unidirectional);
        OracleTest.Compare(
            node, inputs, 1, (context, x, y) => QuantizedAttention.QAttention(context, x[0]!, x[1]!, x[2]!, x[3]!, x[4]!, x[5], x[6], x[7], null, y[0], null, heads, unidirectional: unidirectional), mayAccept: true, tolerance: 1e-4);
    });

    [TestMethod]
    public void Q_embed_layer_normalization() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        (long batch, long sequence, long hidden) = (random.Next(1, 3), random.Next(1, 6), random.Next(4, 20));
        TensorValue ids = new(TensorElementType.Int32, batch, sequence);
        TensorValue segments = new(TensorElementType.Int32, batch, sequence);
        TensorValue mask = new(TensorElementType.Int32, batch, sequence);
        for (long i = 0; i < ids.Length; i++)
        {
            ids.Pointer<int>()[i] = random.Next(7);
            segments.Pointer<int>()[i] = random.Next(2);
            mask.Pointer<int>()[i] = random.Next(2);
        }

        bool hasSegments = random.Coin();
        TensorValue Scale() => random.NextScales();
        TensorValue Zero() => random.NextBytes(TensorElementType.UInt8);
        TensorValue?[] inputs =
        [
            ids, hasSegments ? segments : null, random.NextBytes(TensorElementType.UInt8, 7, hidden), random.NextBytes(TensorElementType.UInt8, 8, hidden),
            hasSegments ? random.NextBytes(TensorElementType.UInt8, 2, hidden) : null, random.NextBytes(TensorElementType.UInt8, hidden), random.NextBytes(TensorElementType.UInt8, hidden),
            random.Coin() ? mask : null, Scale(), Scale(), hasSegments ? Scale() : null, Scale(), Scale(), Zero(), Zero(), hasSegments ? Zero() : null, Zero(), Zero(),
        ];
        SingleNode node = new SingleNode("QEmbedLayerNormalization", 21, Domain).With("epsilon", 1e-5f);
        OracleTest.Compare(
            node,
            inputs,
            2,
            (_, x, y) => QuantizedEmbedding.QEmbedLayerNormalization(
                x[0]!, x[1], x[2]!, x[3]!, x[4], x[5]!, x[6]!, x[7], x[8]!, x[9]!, x[10], x[11]!, x[12]!, x[13], x[14], x[15], x[16], x[17], y[0], y[1], 1e-5f),
            mayAccept: true,
            tolerance: 1e-3);
    });

    private static TensorValue Zeros(long[] shape, byte value)
    {
        var zeros = new TensorValue(TensorElementType.UInt8, shape);
        zeros.Bytes.Fill(value);
        return zeros;
    }
}
