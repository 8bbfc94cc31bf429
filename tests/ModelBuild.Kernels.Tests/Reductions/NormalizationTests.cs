namespace ModelBuild.Kernels.Tests.Reductions;

[TestClass]
public sealed unsafe class NormalizationTests
{
    private static readonly int[] Sizes = [1, 3, 4, 7, 8, 9, 15, 16, 17, 33, 64, 384];

    [TestMethod]
    public void Rows_agree_with_double_precision_on_every_leg()
    {
        foreach (int size in Sizes)
        {
            foreach (bool isCentered in new[] { true, false })
            {
                foreach (bool isAffine in new[] { true, false })
                {
                    float[] expected = Row<Float32x1>(size, isCentered, isAffine);
                    double[] exact = Exact(size, isCentered, isAffine);
                    for (int i = 0; i < size; i++)
                    {
                        Assert.AreEqual(exact[i], expected[i], 2e-5, $"size {size} at {i}");
                    }

                    Check<Float32x4>(size, isCentered, isAffine, expected);
                    Check<Float32x8>(size, isCentered, isAffine, expected);
                    Check<Float32x16>(size, isCentered, isAffine, expected);
                }
            }
        }
    }

    [TestMethod]
    public void The_residual_is_added_and_kept()
    {
        float[] x = [1, 2, 3, 4, 5, 7];
        float[] residual = [1, 0, -1, 2, 4, 1];
        float[] y = new float[6];
        float[] sum = new float[6];
        float[] plain = new float[6];
        using var context = new KernelContext();
        fixed (float* a = x, b = residual, c = y, d = sum, e = plain)
        {
            LayerNormalization.Rows(context, a, b, null, null, c, d, 2, 3, 1e-5f);
            LayerNormalization.Rows(context, d, null, null, null, e, null, 2, 3, 1e-5f);
            CollectionAssert.AreEqual(new float[] { 2, 2, 2, 6, 9, 8 }, sum);
            CollectionAssert.AreEqual(plain, y);
            LayerNormalization.Rows(context, a, b, null, null, a, null, 2, 3, 1e-5f);
            CollectionAssert.AreEqual(plain, x);
        }
    }

    [TestMethod]
    public void Blocks_of_16_channels_agree_with_planes()
    {
        const int channels = 32;
        const int size = 7;
        float[] planar = Numbers(channels * size);
        float[] blocked = new float[planar.Length];
        float[] scale = Numbers(channels);
        float[] shift = [.. Numbers(channels).Reverse()];
        for (int c = 0; c < channels; c++)
        {
            for (int i = 0; i < size; i++)
            {
                blocked[(((c / 16 * size) + i) * 16) + (c % 16)] = planar[(c * size) + i];
            }
        }

        using var context = new KernelContext();
        fixed (float* x = planar, b = blocked, s = scale, t = shift)
        {
            ChannelNormalization.ScaleShift(context, x, s, t, x, 1, channels, size);
            ChannelNormalization.ScaleShiftBlocked(context, b, s, t, b, 1, channels / 16, size);
        }

        for (int c = 0; c < channels; c++)
        {
            for (int i = 0; i < size; i++)
            {
                Assert.AreEqual(planar[(c * size) + i], blocked[(((c / 16 * size) + i) * 16) + (c % 16)]);
            }
        }
    }

    [TestMethod]
    public void Threads_give_the_bits_of_one()
    {
        float[] x = Numbers(200 * 300);
        float[] one = new float[x.Length];
        float[] two = new float[x.Length];
        using var single = new KernelContext(1);
        using var pair = new KernelContext(2);
        fixed (float* a = x, first = one, second = two)
        {
            LayerNormalization.Rows(single, a, null, a, a, first, null, 200, 300, 1e-5f);
            LayerNormalization.Rows(pair, a, null, a, a, second, null, 200, 300, 1e-5f);
            CollectionAssert.AreEqual(one, two);
            ChannelNormalization.Groups(single, a, a, a, first, 2, 100, 300, 20, 1e-5f);
            ChannelNormalization.Groups(pair, a, a, a, second, 2, 100, 300, 20, 1e-5f);
            CollectionAssert.AreEqual(one, two);
        }
    }

    private static void Check<T>(int size, bool isCentered, bool isAffine, float[] expected)
        where T : struct, IFloatVector<T>
    {
        if (Legs.IsFused<T>())
        {
            CollectionAssert.AreEqual(expected, Row<T>(size, isCentered, isAffine), $"{typeof(T).Name} of {size}");
        }
    }

    private static float[] Row<T>(int size, bool isCentered, bool isAffine)
        where T : struct, IFloatVector<T>
    {
        float[] x = Numbers(size);
        float[] bias = [.. Numbers(size).Reverse()];
        float[] y = new float[size];
        fixed (float* source = x, shift = bias, destination = y)
        {
            NormalizationLoop.Row<T>(source, isAffine ? source : null, isAffine ? shift : null, destination, size, 1e-5f, isCentered, out _);
        }

        return y;
    }

    private static double[] Exact(int size, bool isCentered, bool isAffine)
    {
        double[] x = [.. Numbers(size).Select(v => (double)v)];
        double[] bias = [.. x.Reverse()];
        double mean = isCentered ? x.Average() : 0;
        double factor = 1 / Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + 1e-5f);
        return [.. x.Select((v, i) => ((v - mean) * factor * (isAffine ? v : 1)) + (isAffine ? bias[i] : 0))];
    }

    private static float[] Numbers(int size) => [.. Enumerable.Range(0, size).Select(i => 1 + (((i * 37 % 101) - 50) * 0.021f))];
}
