namespace ModelBuild.Kernels.Tests.Reductions;

[TestClass]
public sealed unsafe class SoftmaxTests
{
    private static readonly int[] Sizes = [1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 65, 128, 1000];

    [TestMethod]
    public void Rows_agree_with_double_precision_on_every_leg()
    {
        foreach (int size in Sizes)
        {
            float[] x = Numbers(size);
            float[] mask = [.. Enumerable.Range(0, size).Select(i => i % 5 == 4 ? float.NegativeInfinity : i * 0.01f)];
            foreach (bool isLogarithm in new[] { false, true })
            {
                foreach (float[]? added in new[] { null, mask })
                {
                    float scale = added is null ? 1 : 0.125f;
                    double[] exact = Exact([.. x.Select((v, i) => (v * scale) + (added?[i] ?? 0f))], isLogarithm);
                    float[] expected = Row<Float32x1>(x, added, scale, isLogarithm);
                    for (int i = 0; i < size; i++)
                    {
                        Assert.AreEqual(exact[i], expected[i], double.IsInfinity(exact[i]) ? 0 : 1e-6 * Math.Max(1, Math.Abs(exact[i])), $"size {size} at {i}");
                    }

                    Check<Float32x4>(x, added, scale, isLogarithm, expected);
                    Check<Float32x8>(x, added, scale, isLogarithm, expected);
                    Check<Float32x16>(x, added, scale, isLogarithm, expected);
                }
            }
        }
    }

    [TestMethod]
    public void Masked_numbers_are_exactly_0()
    {
        float[] x = [5, 1, 90, 3];
        float[] y = Row<Float32x8>(x, [0, 0, float.NegativeInfinity, 0], 1, false);
        Assert.AreEqual(0f, y[2]);
        Assert.AreEqual(1f, y.Sum(), 1e-6f);
    }

    [TestMethod]
    public void Large_numbers_do_not_overflow_and_NaN_spreads()
    {
        CollectionAssert.AreEqual(new[] { 0f, 1f }, Row<Float32x8>([-3e38f, 3e38f], null, 1, false));
        Assert.IsTrue(Row<Float32x8>([1, float.NaN, 2], null, 1, false).All(float.IsNaN));
        Assert.IsTrue(Row<Float32x8>([float.NegativeInfinity, float.NegativeInfinity], null, 1, false).All(float.IsNaN));
    }

    [TestMethod]
    public void Columns_agree_with_rows()
    {
        using var context = new KernelContext();
        foreach (int inner in Sizes)
        {
            const int size = 5;
            float[] x = Numbers(2 * size * inner);
            float[] y = new float[x.Length];
            fixed (float* source = x, destination = y)
            {
                Softmax.Along(context, source, destination, 2, size, inner);
            }

            for (int i = 0; i < 2 * inner; i++)
            {
                int start = (i / inner * size * inner) + (i % inner);
                double[] exact = Exact([.. Enumerable.Range(0, size).Select(k => x[start + (k * inner)])], false);
                for (int k = 0; k < size; k++)
                {
                    Assert.AreEqual(exact[k], y[start + (k * inner)], 1e-6, $"inner {inner} at {i}, {k}");
                }
            }
        }
    }

    [TestMethod]
    public void Rows_find_their_rows_of_the_mask()
    {
        // Scores [2, 3, 2, 4], a mask [2, 1, 1, 4] and one [2, 1, 2, 4].
        float[] x = Numbers(48);
        foreach (int maskRows in new[] { 1, 2 })
        {
            float[] mask = [.. Numbers(8 * maskRows).Reverse()];
            float[] y = new float[48];
            using var context = new KernelContext();
            fixed (float* source = x, added = mask, destination = y)
            {
                Softmax.Rows(context, source, added, destination, 12, 4, 0.5f, 6, maskRows);
            }

            for (int row = 0; row < 12; row++)
            {
                int maskRow = (row / 6 * maskRows) + (row % 2 % maskRows);
                double[] exact = Exact([.. Enumerable.Range(0, 4).Select(i => (x[(row * 4) + i] * 0.5f) + mask[(maskRow * 4) + i])], false);
                for (int i = 0; i < 4; i++)
                {
                    Assert.AreEqual(exact[i], y[(row * 4) + i], 1e-6, $"row {row}");
                }
            }
        }
    }

    private static void Check<T>(float[] x, float[]? mask, float scale, bool isLogarithm, float[] expected)
        where T : struct, IFloatVector<T>
    {
        if (Legs.IsFused<T>())
        {
            CollectionAssert.AreEqual(expected, Row<T>(x, mask, scale, isLogarithm), $"{typeof(T).Name} of {x.Length}");
        }
    }

    private static float[] Row<T>(float[] x, float[]? mask, float scale, bool isLogarithm)
        where T : struct, IFloatVector<T>
    {
        float[] y = new float[x.Length];
        fixed (float* source = x, added = mask, destination = y)
        {
            SoftmaxLoop.Row<T>(source, added, destination, x.Length, scale, isLogarithm);
        }

        return y;
    }

    private static double[] Exact(float[] x, bool isLogarithm)
    {
        double largest = x.Max();
        double sum = x.Sum(v => Math.Exp(v - largest));
        return [.. x.Select(v => isLogarithm ? v - largest - Math.Log(sum) : Math.Exp(v - largest) / sum)];
    }

    private static float[] Numbers(int size) => [.. Enumerable.Range(0, size).Select(i => ((i * 37 % 101) - 50) * 0.11f)];
}
