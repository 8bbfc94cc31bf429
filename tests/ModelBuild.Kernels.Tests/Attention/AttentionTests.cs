namespace ModelBuild.Kernels.Tests;

[TestClass]
[DoNotParallelize]
public sealed unsafe class AttentionTests
{
    public static IEnumerable<object[]> Cases { get; } =
    [
        // batch, heads, kvHeads, queries, keys, size, valueSize, mask kind, causal offset or -1
        [1, 1, 1, 1, 1, 1, 1, 0, -1L],
        [2, 3, 3, 7, 7, 8, 8, 0, -1L],
        [2, 4, 2, 5, 9, 16, 12, 1, -1L],
        [1, 2, 1, 33, 33, 64, 64, 0, 0L],
        [1, 2, 2, 3, 40, 20, 17, 2, 37L],
        [2, 2, 2, 130, 70, 32, 16, 3, -1L],
        [1, 1, 1, 20, 1000, 24, 24, 0, -1L],
        [1, 2, 2, 0, 5, 4, 4, 0, -1L],
        [1, 2, 2, 300, 300, 16, 16, 2, 0L],
    ];

    [TestMethod]
    [TestCategory(InstructionSetTests.Category)]
    [DynamicData(nameof(Cases))]
    public void Heads_attend_as_defined(int batch, int heads, int kvHeads, int queries, int keys, int size, int valueSize, int maskKind, long causal)
    {
        var random = new Random(queries + keys);

        // Queries and the result with tokens outside, keys and values with heads outside.
        using var q = GuardedFloats.Random(random, (long)batch * queries * heads * size);
        using var k = GuardedFloats.Random(random, (long)batch * kvHeads * keys * size);
        using var v = GuardedFloats.Random(random, (long)batch * kvHeads * keys * valueSize);
        using var y = new GuardedFloats((long)batch * queries * heads * valueSize);
        long[] maskStrides = maskKind switch
        {
            0 => [],
            1 => [keys, 0, 0],
            2 => [0, 0, keys],
            _ => [(long)heads * queries * keys, (long)queries * keys, keys],
        };
        using var mask = GuardedFloats.Random(random, (long)batch * heads * queries * keys);
        if (maskKind != 0 && keys > 1)
        {
            for (int i = 1; i < mask.Length; i += 3)
            {
                mask.Span[i] = float.NegativeInfinity;
            }
        }

        float scale = 1 / MathF.Sqrt(size);
        void Run(KernelContext context) => Attention.Run(
            context, q.Pointer, k.Pointer, v.Pointer, maskKind == 0 ? null : mask.Pointer, y.Pointer, batch, heads, kvHeads, queries, keys, size, valueSize,
            [(long)queries * heads * size, size, (long)heads * size], [(long)kvHeads * keys * size, (long)keys * size, size], [(long)kvHeads * keys * valueSize, (long)keys * valueSize, valueSize],
            [(long)queries * heads * valueSize, valueSize, (long)heads * valueSize], maskStrides, scale, causal >= 0, Math.Max(0, causal));

        using var single = new KernelContext();
        Run(single);
        float[] first = y.Span.ToArray();
        for (int threads = 2; threads <= 3; threads++)
        {
            using var context = new KernelContext(threads);
            y.Span.Fill(float.NaN);
            Run(context);
            Assert.AreEqual(first.Length, first.AsSpan().CommonPrefixLength(y.Span), $"{threads} threads");
        }

        for (int b = 0; b < batch; b++)
        {
            for (int h = 0; h < heads; h++)
            {
                int group = (b * kvHeads) + (h / (heads / kvHeads));
                for (int i = 0; i < queries; i++)
                {
                    double[] weights = new double[keys];
                    for (int j = 0; j < keys; j++)
                    {
                        double score = 0;
                        for (int d = 0; d < size; d++)
                        {
                            score += (double)q.Span[((((b * queries) + i) * heads) + h) * size + d] * k.Span[(((group * keys) + j) * size) + d];
                        }

                        score *= scale;
                        score += maskKind == 0 ? 0 : mask.Span[(int)((b * maskStrides[0]) + (h * maskStrides[1]) + (i * maskStrides[2])) + j];
                        weights[j] = causal >= 0 && j > i + causal ? 0 : Math.Exp(score);
                    }

                    double sum = weights.Sum();
                    for (int d = 0; d < valueSize; d++)
                    {
                        double expected = 0;
                        for (int j = 0; j < keys; j++)
                        {
                            expected += weights[j] / sum * v.Span[(((group * keys) + j) * valueSize) + d];
                        }

                        Assert.AreEqual(expected, y.Span[((((b * queries) + i) * heads) + h) * valueSize + d], 2e-6, $"{b},{h},{i},{d}");
                    }
                }
            }
        }
    }

    [TestMethod]
    public void Heads_that_do_not_fit_are_refused()
    {
        using var context = new KernelContext();
        Assert.ThrowsExactly<KernelException>(() => Attention.Run(context, null, null, null, null, null, 1, 3, 2, 1, 1, 1, 1, [], [], [], [], [], 1));
    }
}
