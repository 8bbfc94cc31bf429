using CsCheck;
using ModelBuild.Kernels.Operations;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Elementwise;

[TestClass]
public sealed unsafe class BinaryLoopTests
{
    private static readonly int[] Sizes = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130];

    [TestMethod]
    public void Every_leg_size_and_step_gives_the_scalar_bits()
    {
        Check<Float32x1>();
        Check<Float32x4>();
        Check<Float32x8>();
        Check<Float32x16>();
    }

    [TestMethod]
    public void Maximum_and_minimum_pass_NaN_on()
    {
        Assert.IsTrue(float.IsNaN(Maximum.Invoke(new Float32x1(float.NaN), new Float32x1(1)).Value));
        Assert.IsTrue(float.IsNaN(Maximum.Invoke(new Float32x1(1), new Float32x1(float.NaN)).Value));
        Assert.IsTrue(float.IsNaN(Minimum.Invoke(new Float32x8(System.Runtime.Intrinsics.Vector256.Create(float.NaN)), Float32x8.Create(1)).Value[3]));
        Assert.IsTrue(float.IsNaN(Minimum.Invoke(Float32x8.Create(1), Float32x8.Create(float.NaN)).Value[3]));
    }

    [TestMethod]
    public void Broadcasting_agrees_with_indices() =>
        Gen.Select(Tensors.Shapes(0, 5), Gen.Int[0, 31], Gen.Int[0, 31], Gen.Int[0, 5], Gen.Int[0, 5]).Each((full, onesX, onesY, dropX, dropY) =>
        {
            long[] x = Operand(full, onesX, dropX);
            long[] y = Operand(full, onesY, dropY);
            Span<long> shape = stackalloc long[8];
            int rank = BroadcastLayout.Shape(x, y, shape);
            CheckBroadcast(x, y, shape[..rank]);
        });

    [TestMethod]
    public void Shapes_that_do_not_fit_are_refused()
    {
        float* data = stackalloc float[64];
        using var context = new KernelContext();
        Assert.ThrowsExactly<KernelException>(() => Kernels.Elementwise.Broadcast<Add>(context, data, data, data, [2, 3], [2, 2]));
        Assert.ThrowsExactly<KernelException>(() => Kernels.Elementwise.Broadcast<Add>(context, data, data, data, [3], [0]));
        long[] many = [.. Enumerable.Repeat(1L, 65)];
        Assert.ThrowsExactly<KernelException>(() => Kernels.Elementwise.Broadcast<Add>(context, data, data, data, many, []));
    }

    [TestMethod]
    public void Threads_give_the_bits_of_one()
    {
        const int rows = 300;
        const int columns = 257;
        float[] x = Numbers(rows * columns);
        float[] y = Numbers(columns);
        float[] one = new float[x.Length];
        float[] two = new float[x.Length];
        using var single = new KernelContext(1);
        using var pair = new KernelContext(2);
        fixed (float* a = x, b = y, first = one, second = two)
        {
            Kernels.Elementwise.Broadcast<Multiply>(single, a, b, first, [rows, columns], [columns]);
            Kernels.Elementwise.Broadcast<Multiply>(pair, a, b, second, [rows, columns], [columns]);
            CollectionAssert.AreEqual(one, two);
            Kernels.Elementwise.Binary<Subtract>(single, a, first, first, x.Length);
            Kernels.Elementwise.Binary<Subtract>(pair, a, second, second, x.Length);
            CollectionAssert.AreEqual(one, two);
        }
    }

    private static void Check<T>()
        where T : struct, IFloatVector<T>
    {
        foreach (int size in Sizes)
        {
            float[] x = Numbers(Math.Max(1, size));
            float[] y = [.. Numbers(Math.Max(1, size)).Reverse()];
            for (int steps = 0; steps < 4; steps++)
            {
                float[] z = new float[size + 2];
                z.AsSpan().Fill(-77);
                fixed (float* a = x, b = y, c = z)
                {
                    BinaryLoop.Run<T, Divide>(a, steps & 1, b, steps >> 1, c + 1, size);
                }

                Assert.AreEqual(-77f, z[0]);
                Assert.AreEqual(-77f, z[^1]);
                for (int i = 0; i < size; i++)
                {
                    Assert.AreEqual(x[i * (steps & 1)] / y[i * (steps >> 1)], z[i + 1], $"{typeof(T).Name} size {size} steps {steps} at {i}");
                }
            }
        }
    }

    private static long[] Operand(long[] full, int ones, int drop)
    {
        long[] shape = [.. full.Select((size, d) => (ones >> d & 1) != 0 ? 1 : size)];
        return shape[Math.Min(drop, shape.Length)..];
    }

    private static void CheckBroadcast(long[] xShape, long[] yShape, ReadOnlySpan<long> shape)
    {
        long length = Strides.Product(shape);
        float[] x = Numbers((int)Strides.Product(xShape));
        float[] y = Numbers((int)Strides.Product(yShape));
        float[] z = new float[length];
        using var context = new KernelContext();
        fixed (float* a = x, b = y, c = z)
        {
            Kernels.Elementwise.Broadcast<Subtract>(context, a, b, c, xShape, yShape);
        }

        for (long i = 0; i < length; i++)
        {
            float expected = x[Index(i, shape, xShape)] - y[Index(i, shape, yShape)];
            Assert.AreEqual(expected, z[i], $"{Strides.Text(xShape)} {Strides.Text(yShape)} at {i}");
        }
    }

    private static long Index(long i, ReadOnlySpan<long> shape, long[] operand)
    {
        long offset = 0;
        long stride = 1;
        for (int d = 1; d <= shape.Length; d++)
        {
            long position = i % shape[^d];
            i /= shape[^d];
            if (d <= operand.Length)
            {
                offset += operand[^d] == 1 ? 0 : position * stride;
                stride *= operand[^d];
            }
        }

        return offset;
    }

    private static float[] Numbers(int size) => [.. Enumerable.Range(0, size).Select(i => (((i * 37) % 101) - 50.5f) * 0.11f)];
}
