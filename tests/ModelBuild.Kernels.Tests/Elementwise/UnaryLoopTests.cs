using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels.Tests.Elementwise;

[TestClass]
public sealed unsafe class UnaryLoopTests
{
    private static readonly int[] Sizes = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130];

    [TestMethod]
    public void Every_size_writes_its_numbers_and_nothing_else()
    {
        Check<Float32x1, Relu>();
        Check<Float32x4, Relu>();
        Check<Float32x8, Relu>();
        Check<Float32x16, Relu>();
        Check<Float32x1, Sigmoid>();
        Check<Float32x4, Sigmoid>();
        Check<Float32x8, Sigmoid>();
        Check<Float32x16, Sigmoid>();
    }

    [TestMethod]
    public void In_place_gives_the_same()
    {
        foreach (int size in Sizes)
        {
            float[] x = Numbers(size);
            float[] y = new float[size];
            float[] z = [.. x];
            fixed (float* source = x, destination = y, both = z)
            {
                UnaryLoop.Run<Float32x8, Gelu>(source, destination, size, 0, 0);
                UnaryLoop.Run<Float32x8, Gelu>(both, both, size, 0, 0);
            }

            CollectionAssert.AreEqual(y, z);
        }
    }

    [TestMethod]
    public void Activations_of_a_row_are_those_of_its_numbers()
    {
        float[] x = Numbers(37);
        float[] y = new float[37];
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            fixed (float* source = x, destination = y)
            {
                ActivationFunctions.Apply(activation, 0.3f, 0.6f, source, destination, x.Length);
            }

            for (int i = 0; i < x.Length; i++)
            {
                Assert.AreEqual(ActivationFunctions.Apply(activation, 0.3f, 0.6f, x[i]), y[i], $"{activation} of {x[i]}");
                Assert.AreEqual(Reference(activation, x[i], 0.3, 0.6), y[i], 2e-6, $"{activation} of {x[i]}");
            }
        }
    }

    [TestMethod]
    public void Threads_give_the_bits_of_one()
    {
        const int size = (3 * 16384) + 7;
        float[] x = Numbers(size);
        float[] one = new float[size];
        float[] two = new float[size];
        using var single = new KernelContext(1);
        using var pair = new KernelContext(2);
        fixed (float* source = x, first = one, second = two)
        {
            Kernels.Elementwise.Unary<Tanh>(single, source, first, size);
            Kernels.Elementwise.Unary<Tanh>(pair, source, second, size);
        }

        CollectionAssert.AreEqual(one, two);
    }

    private static void Check<T, TOperation>()
        where T : struct, IFloatVector<T>
        where TOperation : struct, IUnaryOperation
    {
        foreach (int size in Sizes)
        {
            float[] x = Numbers(size);
            float[] y = new float[size + 2];
            y.AsSpan().Fill(-77);
            fixed (float* source = x, destination = y)
            {
                UnaryLoop.Run<T, TOperation>(source, destination + 1, size, 1, 0);
            }

            Assert.AreEqual(-77f, y[0]);
            Assert.AreEqual(-77f, y[^1]);
            for (int i = 0; i < size; i++)
            {
                float alone = TOperation.Invoke(new Float32x1(x[i]), new Float32x1(1), new Float32x1(0)).Value;
                Assert.AreEqual(alone, y[i + 1], Legs.IsFused<T>() ? 0 : 1e-6, $"{typeof(TOperation).Name} {typeof(T).Name} size {size} at {i}");
            }
        }
    }

    private static float[] Numbers(int size) => [.. Enumerable.Range(0, size).Select(i => ((i * 37 % 101) - 50) * 0.11f)];

    private static double Reference(Activation activation, double x, double alpha, double beta) => activation switch
    {
        Activation.None => x,
        Activation.Relu => Math.Max(x, 0),
        Activation.Clip => Math.Clamp(x, 0.3f, 0.6f),
        Activation.LeakyRelu => x < 0 ? alpha * x : x,
        Activation.Sigmoid => 1 / (1 + Math.Exp(-x)),
        Activation.Tanh => Math.Tanh(x),
        Activation.Silu => x / (1 + Math.Exp(-x)),
        Activation.HardSwish => x * Math.Clamp((x * alpha) + beta, 0, 1),
        Activation.HardSigmoid => Math.Clamp((x * alpha) + beta, 0, 1),
        Activation.Gelu => 0.5 * x * (1 + ErrorFunction.Erf(x / Math.Sqrt(2))),
        Activation.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };
}
