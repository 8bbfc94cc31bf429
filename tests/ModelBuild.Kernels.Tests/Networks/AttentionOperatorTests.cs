using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Networks;

/// <summary>Attention against its definition in double precision.</summary>
[TestClass]
public sealed unsafe class AttentionOperatorTests
{
    [TestMethod]
    public void Attention_is_its_definition() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        const TensorElementType Type = TensorElementType.Float32;
        long batch = random.Next(1, 3);
        long kvHeads = random.Next(1, 3);
        long heads = kvHeads * random.Next(1, 4);
        long queries = random.Of(1L, 2, 16, 19);
        long keys = random.Next(1, 20);
        long past = random.Coin() ? 0 : random.Next(1, 5);
        long size = random.Of(1L, 8, 20);
        long valueSize = random.Of(1L, 8, 17);
        bool causal = random.Coin();
        float softcap = random.Coin() ? 0 : 2;
        TensorValue q = random.Next(Type, 2, batch, heads, queries, size);
        TensorValue k = random.Next(Type, 2, batch, kvHeads, keys, size);
        TensorValue v = random.Next(Type, 2, batch, kvHeads, keys, valueSize);
        TensorValue? pastK = past == 0 ? null : random.Next(Type, 2, batch, kvHeads, past, size);
        TensorValue? pastV = past == 0 ? null : random.Next(Type, 2, batch, kvHeads, past, valueSize);
        TensorValue? mask = random.Next(3) switch
        {
            0 => null,
            1 => random.Next(Type, 1, [random.Of(1, batch), random.Of(1, heads), random.Of(1, queries), past + keys]),
            _ => Booleans(random, queries, past + keys),
        };
        TensorValue[] y = [new(), new(), new(), new()];
        Attentions.Attention(q, k, v, mask, pastK, pastV, null, y[0], y[1], y[2], y[3], causal ? 1 : 0, qkMatmulOutputMode: 3, softcap: softcap);
        Assert.AreEqual($"Float32[{batch},{heads},{queries},{valueSize}]", y[0].ToString());
        Assert.AreEqual($"Float32[{batch},{kvHeads},{past + keys},{size}]", y[1].ToString());

        long total = past + keys;
        for (long row = 0; row < batch * heads * queries; row++)
        {
            long b = row / queries / heads;
            long kv = row / queries % heads / (heads / kvHeads);
            double[] scores = new double[total];
            for (long j = 0; j < total; j++)
            {
                double sum = 0;
                for (long d = 0; d < size; d++)
                {
                    sum += (double)q.Pointer<float>()[(row * size) + d] * y[1].Pointer<float>()[(((((b * kvHeads) + kv) * total) + j) * size) + d];
                }

                sum /= Math.Sqrt(size);
                sum = softcap > 0 ? softcap * Math.Tanh(sum / softcap) : sum;
                sum += mask is null ? 0 : Bias(mask, b, row / queries % heads, row % queries, j);
                scores[j] = causal && j > (row % queries) + past ? double.NegativeInfinity : sum;
            }

            double largest = scores.Max();
            double[] weights = [.. scores.Select(s => double.IsNegativeInfinity(largest) ? 0 : Math.Exp(s - largest))];
            double all = Math.Max(weights.Sum(), double.Epsilon);
            for (long j = 0; j < total; j++)
            {
                Assert.AreEqual(weights[j] / all, y[3].Pointer<float>()[(row * total) + j], 1e-5);
            }

            for (long d = 0; d < valueSize; d++)
            {
                double expected = 0;
                for (long j = 0; j < total; j++)
                {
                    expected += weights[j] / all * y[2].Pointer<float>()[(((((b * kvHeads) + kv) * total) + j) * valueSize) + d];
                }

                Assert.AreEqual(expected, y[0].Pointer<float>()[(row * valueSize) + d], 1e-4);
            }
        }
    });

    [TestMethod]
    public void Packed_heads_give_the_same() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        const TensorElementType Type = TensorElementType.Float32;
        const long Heads = 2;
        (long batch, long tokens, long size) = (random.Next(1, 3), random.Next(1, 9), random.Next(1, 6));
        TensorValue q = random.Next(Type, 1, batch, tokens, Heads * size);
        TensorValue k = random.Next(Type, 1, batch, tokens, Heads * size);
        TensorValue v = random.Next(Type, 1, batch, tokens, Heads * size);
        var packed = new TensorValue();
        var apart = new TensorValue();
        Attentions.Attention(q, k, v, null, null, null, null, packed, null, null, null, kvNumHeads: Heads, qNumHeads: Heads);
        Attentions.Attention(Split(q, Heads), Split(k, Heads), Split(v, Heads), null, null, null, null, apart, null, null, null);
        Tensors.AreEqual(Split(packed, Heads), apart);
    });

    [TestMethod]
    public void Padding_of_keys_does_not_count()
    {
        var random = new Random(5);
        const TensorElementType Type = TensorElementType.Float32;
        TensorValue q = random.Next(Type, 1, 1, 1, 2, 4);
        TensorValue k = random.Next(Type, 1, 1, 1, 3, 4);
        TensorValue v = random.Next(Type, 1, 1, 1, 3, 4);
        var padded = new TensorValue();
        Attentions.Attention(q, k, v, null, null, null, Tensors.Longs(2), padded, null, null, null);
        new Span<float>(k.Pointer<float>() + 8, 4).Fill(float.NaN);
        new Span<float>(v.Pointer<float>() + 8, 4).Clear();
        var poisoned = new TensorValue();
        Attentions.Attention(q, k, v, null, null, null, Tensors.Longs(2), poisoned, null, null, null);
        Tensors.AreEqual(padded, poisoned);
    }

    [TestMethod]
    public void Windows_bound_both_sides()
    {
        var random = new Random(6);
        const TensorElementType Type = TensorElementType.Float32;
        TensorValue q = random.Next(Type, 1, 1, 1, 6, 4);
        TensorValue[] y = [new(), new()];
        Attentions.Attention(q, q, q, null, null, null, null, y[0], null, null, y[1], leftWindowSize: 2, qkMatmulOutputMode: 3, rightWindowSize: 1);
        for (int i = 0; i < 36; i++)
        {
            (int query, int key) = (i / 6, i % 6);
            Assert.AreEqual(key >= query - 2 && key <= query + 1, y[1].Pointer<float>()[i] > 0, $"{query} {key}");
        }
    }

    [TestMethod]
    public void Shapes_that_do_not_fit_are_refused()
    {
        const TensorElementType Type = TensorElementType.Float32;
        var q = new TensorValue(Type, 1, 3, 2, 4);
        var k = new TensorValue(Type, 1, 2, 5, 4);
        var y = new TensorValue();
        Assert.ThrowsExactly<KernelException>(() => Attentions.Attention(q, k, k, null, null, null, null, y, null, null, null));
        Assert.ThrowsExactly<KernelException>(() => Attentions.Attention(q, q, q, new TensorValue(Type, 3, 3), null, null, null, y, null, null, null));
        Assert.ThrowsExactly<KernelException>(() => Attentions.Attention(q, q, q, null, q, null, null, y, null, null, null));
        Assert.ThrowsExactly<KernelException>(() => RotaryEmbeddings.RotaryEmbedding(q, new TensorValue(Type, 9, 2), new TensorValue(Type, 9, 2), Tensors.Of<long>(TensorElementType.Int64, [1, 2], 0, 9), y));
    }

    [TestMethod]
    public void Rotary_embedding_turns_pairs()
    {
        TensorValue x = Tensors.Floats([1, 1, 1, 4], 1, 2, 3, 4);
        TensorValue cos = Tensors.Floats([2, 1], 1, 0);
        TensorValue sin = Tensors.Floats([2, 1], 0, 1);
        TensorValue position = Tensors.Of<long>(TensorElementType.Int64, [1, 1], 1);
        var y = new TensorValue();
        RotaryEmbeddings.RotaryEmbedding(x, cos, sin, position, y, rotaryEmbeddingDim: 2);
        Tensors.AreEqual(Tensors.Floats([1, 1, 1, 4], -2, 1, 3, 4), y);
        RotaryEmbeddings.RotaryEmbedding(x, Tensors.Floats([2, 2], 1, 1, 0, 0), Tensors.Floats([2, 2], 0, 0, 1, 1), position, y);
        Tensors.AreEqual(Tensors.Floats([1, 1, 1, 4], -3, -4, 1, 2), y);
        RotaryEmbeddings.RotaryEmbedding(x, Tensors.Floats([2, 2], 1, 1, 0, 0), Tensors.Floats([2, 2], 0, 0, 1, 1), position, y, interleaved: 1);
        Tensors.AreEqual(Tensors.Floats([1, 1, 1, 4], -2, 1, -4, 3), y);
    }

    private static TensorValue Booleans(Random random, long queries, long keys)
    {
        var mask = new TensorValue(TensorElementType.Bool, queries, keys);
        for (long i = 0; i < mask.Length; i++)
        {
            mask.Data[i] = (byte)random.Next(2);
        }

        return mask;
    }

    private static double Bias(TensorValue mask, long batch, long head, long query, long key)
    {
        long[] shape = [.. Enumerable.Repeat(1L, 4 - mask.Rank), .. mask.Shape];
        long at = ((((((Math.Min(batch, shape[0] - 1) * shape[1]) + Math.Min(head, shape[1] - 1)) * shape[2]) + Math.Min(query, shape[2] - 1)) * shape[3]) + key);
        return mask.ElementType == TensorElementType.Bool ? mask.Data[at] != 0 ? 0 : double.NegativeInfinity : mask.Pointer<float>()[at];
    }

    private static TensorValue Split(TensorValue packed, long heads)
    {
        (long batch, long tokens, long size) = (packed.Shape[0], packed.Shape[1], packed.Shape[2] / heads);
        var result = new TensorValue(packed.ElementType, batch, heads, tokens, size);
        for (long i = 0; i < batch * heads * tokens; i++)
        {
            Elements.CopyRange(packed, ((((i / tokens / heads) * tokens) + (i % tokens)) * heads * size) + (i / tokens % heads * size), result, i * size, size);
        }

        return result;
    }
}
