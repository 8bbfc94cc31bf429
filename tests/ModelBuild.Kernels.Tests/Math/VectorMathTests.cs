using System.Runtime.Intrinsics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels.Tests;

[TestClass]
public sealed unsafe class VectorMathTests
{
    private static readonly float[] Special =
    [
        0f, -0f, 1f, -1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, 1.17549435e-38f, -1.17549435e-38f, 1e-40f,
        float.MaxValue, float.MinValue, 88.7228f, 88.73f, -87.3f, -87.34f, -103.9f, -104f, -150f, 0.34657f, -0.34658f, 3.92f, -3.93f, 20f, 10f, 0.5f, 2f,
    ];

    private delegate double Reference(double x);

    [TestMethod]
    public void Exp_is_within_2_ulp() => Check<Exp>(Math.Exp, 2);

    [TestMethod]
    public void Log_is_within_2_ulp() => Check<Log>(Math.Log, 2);

    [TestMethod]
    public void Tanh_is_within_3_ulp() => Check<Tanh>(Math.Tanh, 3);

    [TestMethod]
    public void Sigmoid_is_within_3_ulp_of_normal_numbers_and_0_below_them()
    {
        float[] x = [.. Numbers().Where(n => n is < -87.34f and > -87.68f)];
        Assert.IsTrue(Run<Float32x1, Sigmoid>(x).All(y => y is >= 0 and < 1.1754944e-38f));
        Check<Sigmoid>(n => n < -87.336 ? 0 : 1 / (1 + Math.Exp(-n)), 3, 1.2e-38 / 3);
    }

    [TestMethod]
    public void Erf_is_within_3_ulp() => Check<Erf>(ErrorFunction.Erf, 3);

    [TestMethod]
    public void Elu_is_within_2_ulp() => Check<Elu>(x => x < 0 ? ExpM1(x) : x, 2);

    [TestMethod]
    public void Softplus_is_within_3_ulp() => Check<Softplus>(Softplus, 3);

    [TestMethod]
    public void Mish_is_within_5_ulp() =>
        // The product of x and a hyperbolic tangent below the normal numbers has the latter's error.
        Check<Mish>(x => x < -1000 ? (double.IsInfinity(x) ? double.NaN : -0.0) : x * Math.Tanh(Softplus(x)), 5, 2e-43);

    [TestMethod]
    public void Every_leg_gives_the_bits_of_the_scalar_one()
    {
        CheckLegs<Exp>();
        CheckLegs<Log>();
        CheckLegs<Tanh>();
        CheckLegs<Sigmoid>();
        CheckLegs<Erf>();
        CheckLegs<Gelu>();
        CheckLegs<GeluTanh>();
        CheckLegs<Silu>();
        CheckLegs<Elu>();
        CheckLegs<Selu>();
        CheckLegs<Celu>();
        CheckLegs<Softplus>();
        CheckLegs<Softsign>();
        CheckLegs<Mish>();
        CheckLegs<Relu>();
        CheckLegs<LeakyRelu>();
        CheckLegs<Clip>();
        CheckLegs<HardSwish>();
        CheckLegs<HardSigmoid>();
        CheckLegs<ThresholdedRelu>();
        CheckLegs<Sqrt>();
        CheckLegs<Reciprocal>();
        CheckLegs<Round>();
        CheckLegs<Floor>();
        CheckLegs<Ceiling>();
        CheckLegs<Abs>();
        CheckLegs<Negate>();
    }

    [TestMethod]
    public void Overloads_agree()
    {
        foreach (float x in Special)
        {
            Assert.AreEqual(VectorMath.Exp(x), VectorMath.Exp(Vector128.Create(x))[3]);
            Assert.AreEqual(VectorMath.Exp(x), VectorMath.Exp(Vector256.Create(x))[7]);
            Assert.AreEqual(VectorMath.Tanh(x), VectorMath.Tanh(Vector128.Create(x))[0]);
            Assert.AreEqual(VectorMath.Sigmoid(x), VectorMath.Sigmoid(Vector256.Create(x))[5]);
            Assert.AreEqual(VectorMath.Sigmoid(x), ActivationFunctions.Apply(Activation.Sigmoid, 0, 0, x));
        }
    }

    /// <summary>Numbers over the whole range: the special ones, every 8191st bit pattern, and a dense walk through the middle.</summary>
    private static float[] Numbers()
    {
        List<float> numbers = [.. Special];
        for (long bits = 0; bits <= uint.MaxValue; bits += 8191)
        {
            numbers.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        }

        for (int i = -100_000; i <= 100_000; i++)
        {
            numbers.Add(i * 0.00107f);
        }

        return [.. numbers];
    }

    private static float[] Run<T, TOperation>(float[] x)
        where T : struct, IFloatVector<T>
        where TOperation : struct, IUnaryOperation
    {
        float[] y = new float[x.Length];
        fixed (float* source = x, destination = y)
        {
            UnaryLoop.Run<T, TOperation>(source, destination, x.Length, 1f, 0.5f);
        }

        return y;
    }

    private static void Check<TOperation>(Reference reference, double ulps, double smallest = 1.4e-45)
        where TOperation : struct, IUnaryOperation
    {
        float[] x = Numbers();
        float[] y = Run<Float32x1, TOperation>(x);
        double worst = 0;
        float where = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double expected = reference(x[i]);
            if (float.IsNaN((float)expected) || float.IsInfinity((float)expected) || float.IsNaN(y[i]) || float.IsInfinity(y[i]))
            {
                Assert.AreEqual((float)expected, y[i], $"at {x[i]:R}");
                continue;
            }

            double ulp = Math.Max(smallest, Math.ScaleB(1, (expected == 0 ? -126 : Math.ILogB(expected)) - 23));
            double error = Math.Abs(y[i] - expected) / ulp;
            if (error > worst)
            {
                (worst, where) = (error, x[i]);
            }

            if (expected == 0)
            {
                Assert.AreEqual(double.IsNegative(expected), float.IsNegative(y[i]) && y[i] == 0, $"sign at {x[i]:R}");
            }
        }

        Console.WriteLine($"{typeof(TOperation).Name}: {worst:F3} ulp at {where:R}");
        Assert.IsLessThanOrEqualTo(ulps, worst, $"at {where:R}");
    }

    private static void CheckLegs<TOperation>()
        where TOperation : struct, IUnaryOperation
    {
        float[] x = [.. Numbers().Where((_, i) => i < Special.Length || i % 37 == 0)];
        float[] expected = Run<Float32x1, TOperation>(x);
        CheckLeg<Float32x4, TOperation>(x, expected);
        CheckLeg<Float32x8, TOperation>(x, expected);
        CheckLeg<Float32x16, TOperation>(x, expected);
    }

    private static void CheckLeg<T, TOperation>(float[] x, float[] expected)
        where T : struct, IFloatVector<T>
        where TOperation : struct, IUnaryOperation
    {
        if (!Legs.IsFused<T>())
        {
            return;
        }

        float[] y = Run<T, TOperation>(x);
        for (int i = 0; i < x.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(y[i]) && !(float.IsNaN(expected[i]) && float.IsNaN(y[i])))
            {
                Assert.Fail($"{typeof(TOperation).Name}, {typeof(T).Name}: {x[i]:R} gives {y[i]:R}, the scalar leg {expected[i]:R}.");
            }
        }
    }

    private static double ExpM1(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : Math.Exp(x) - 1;

    private static double Softplus(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return Math.Max(x, 0) + (e < 1e-5 ? e - (e * e / 2) : Math.Log(1 + e));
    }
}
