using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels.Tests.Reductions;

[TestClass]
public sealed unsafe class ReduceLoopTests
{
    private static readonly int[] Sizes = [0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 1000];

    [TestMethod]
    public void Every_leg_reduces_rows_to_the_scalar_bits()
    {
        CheckRows<SumOf>(x => x.Sum(v => (double)v));
        CheckRows<SumOfSquares>(x => x.Sum(v => (double)v * v));
        CheckRows<SumOfMagnitudes>(x => x.Sum(v => Math.Abs((double)v)));
        CheckRows<MaximumOf>(x => x.DefaultIfEmpty(float.NegativeInfinity).Max());
        CheckRows<MinimumOf>(x => x.DefaultIfEmpty(float.PositiveInfinity).Min());
        CheckRows<ProductOf>(x => x.Aggregate(1.0, (a, b) => a * b));
    }

    [TestMethod]
    public void Every_leg_reduces_columns_to_the_scalar_bits()
    {
        foreach (int columns in Sizes)
        {
            foreach (int rows in new[] { 0, 1, 2, 9 })
            {
                float[] x = Numbers(rows * columns);
                float[] expected = Columns<Float32x1>(x, rows, columns);
                for (int i = 0; i < columns; i++)
                {
                    Assert.AreEqual(Enumerable.Range(0, rows).Sum(k => (double)x[(k * columns) + i]), expected[i], 1e-4);
                }

                CollectionAssert.AreEqual(expected, Columns<Float32x4>(x, rows, columns));
                CollectionAssert.AreEqual(expected, Columns<Float32x8>(x, rows, columns));
                CollectionAssert.AreEqual(expected, Columns<Float32x16>(x, rows, columns));
            }
        }
    }

    [TestMethod]
    public void NaN_reaches_the_maximum_from_anywhere()
    {
        for (int at = 0; at < 70; at++)
        {
            float[] x = Numbers(70);
            x[at] = float.NaN;
            Assert.IsTrue(float.IsNaN(Row<Float32x8, MaximumOf>(x)), $"at {at}");
            Assert.IsTrue(float.IsNaN(Row<Float32x4, MinimumOf>(x)), $"at {at}");
            Assert.IsTrue(float.IsNaN(Row<Float32x1, MaximumOf>(x)), $"at {at}");
        }
    }

    [TestMethod]
    public void Threads_give_the_bits_of_one()
    {
        float[] x = Numbers(100 * 1024);
        float[] one = new float[1024];
        float[] two = new float[1024];
        using var single = new KernelContext(1);
        using var pair = new KernelContext(2);
        fixed (float* a = x, first = one, second = two)
        {
            Reduce.Along<SumOf>(single, a, first, 100, 1024, 1);
            Reduce.Along<SumOf>(pair, a, second, 100, 1024, 1);
            CollectionAssert.AreEqual(one, two);
            Reduce.Along<SumOf>(single, a, first, 10, 100, 100);
            Reduce.Along<SumOf>(pair, a, second, 10, 100, 100);
            CollectionAssert.AreEqual(one, two);
        }
    }

    private static void CheckRows<TReduction>(Func<float[], double> reference)
        where TReduction : struct, IReduction
    {
        foreach (int size in Sizes)
        {
            float[] x = Numbers(size);
            float scalar = Row<Float32x1, TReduction>(x);
            double exact = reference(x);
            Assert.AreEqual(exact, scalar, double.IsInfinity(exact) ? 0 : 1e-4 * Math.Max(1, Math.Abs(exact)), $"{typeof(TReduction).Name} of {size}");
            CheckRow<Float32x4, TReduction>(x, scalar);
            CheckRow<Float32x8, TReduction>(x, scalar);
            CheckRow<Float32x16, TReduction>(x, scalar);
        }
    }

    private static void CheckRow<T, TReduction>(float[] x, float expected)
        where T : struct, IFloatVector<T>
        where TReduction : struct, IReduction
    {
        if (Legs.IsFused<T>() || typeof(TReduction) != typeof(SumOfSquares))
        {
            Assert.AreEqual(expected, Row<T, TReduction>(x), $"{typeof(TReduction).Name} {typeof(T).Name} of {x.Length}");
        }
    }

    private static float Row<T, TReduction>(float[] x)
        where T : struct, IFloatVector<T>
        where TReduction : struct, IReduction
    {
        fixed (float* source = x)
        {
            return ReduceLoop.Row<T, TReduction>(source, x.Length, 0);
        }
    }

    private static float[] Columns<T>(float[] x, int rows, int columns)
        where T : struct, IFloatVector<T>
    {
        float[] y = new float[columns];
        fixed (float* source = x, destination = y)
        {
            ReduceLoop.Columns<T, SumOf>(source, destination, rows, columns, columns);
        }

        return y;
    }

    private static float[] Numbers(int size) => [.. Enumerable.Range(0, size).Select(i => 0.9f + (((i * 37 % 101) - 50) * 0.0021f))];
}
