using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelBuild.Kernels;

/// <summary>
/// Elementary functions of <see cref="float"/>. Every width does the same operations in the same order, so the bits are the same wherever the
/// processor has a fused multiply-add. Errors are a few units in the last place; NaN, infinities and zeros give what IEEE 754 says.
/// The polynomials are weighted minimax fits of our own, made with 40 digits and rounded coefficient by coefficient.
/// </summary>
public static class VectorMath
{
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    private const float RoundingShift = 12582912f;

    /// <summary><c>e^x</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : struct, IFloatVector<T>
    {
        // Beyond these bounds the result is infinite or zero. NaN passes.
        x = T.Min(T.Create(89f), T.Max(T.Create(-104f), x));
        T p = ReducedExpM1(x, out T shifted);

        // 2^n in two steps, because n from -150 to 128 exceeds the exponents of normal numbers.
        T n = T.SubtractBits(shifted, T.Create(RoundingShift));
        T half = T.ShiftRight(n, 1);
        T first = PowerOfTwo(half);
        return T.FusedMultiplyAdd(p, first, first) * PowerOfTwo(T.SubtractBits(n, half));
    }

    /// <summary><c>e^x</c> for <c>x</c> up to 88; 0 from <c>x</c> = -87.7 down, where results are no normal numbers any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ExpFlushed<T>(T x)
        where T : struct, IFloatVector<T>
    {
        // At the bound n is -127, and the bits of 2^n are those of 0. NaN passes.
        T p = ReducedExpM1(T.Max(T.Create(-88.03f), x), out T shifted);
        T scale = PowerOfTwo(shifted);
        return T.FusedMultiplyAdd(p, scale, scale);
    }

    /// <summary><c>e^x - 1</c> without cancellation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ExpM1<T>(T x)
        where T : struct, IFloatVector<T>
    {
        // At -18 the result is -1 already; 2^128 is out of reach of one step, so the upper part goes through two.
        x = T.Min(T.Create(89f), T.Max(T.Create(-18f), x));
        T p = ReducedExpM1(x, out T shifted);
        T n = T.SubtractBits(shifted, T.Create(RoundingShift));
        T half = T.ShiftRight(n, 1);
        T first = PowerOfTwo(half);
        T second = PowerOfTwo(T.SubtractBits(n, half));

        // first * second is exact up to 2^127, and where it overflows p * first + first does the work.
        T large = T.FusedMultiplyAdd(p, first, first) * second;
        T scale = first * second;
        T exact = T.FusedMultiplyAdd(scale, p, scale - T.Create(1f));
        return T.Select(T.LessThan(T.Create(40f), x), large, exact);
    }

    /// <summary>Natural logarithm; NaN below 0, negative infinity at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x)
        where T : struct, IFloatVector<T>
    {
        // Numbers below the smallest normal one are scaled by 2^23.
        T tiny = T.LessThan(x, T.Create(1.17549435e-38f));
        T scaled = T.Select(tiny, x * T.Create(8388608f), x);

        // The mantissa between sqrt(1/2) and sqrt(2), and the exponent that belongs to it.
        T root = T.Create(0.707106769f);
        T offset = T.SubtractBits(scaled, root);
        T exponent = T.ConvertFromBits(T.ShiftRight(offset, 23)) - (tiny & T.Create(23f));
        T mantissa = T.AddBits(offset & T.Create(BitConverter.Int32BitsToSingle(0x007FFFFF)), root);
        T result = LogOfMantissa(mantissa - T.Create(1f), exponent);

        // Infinity and NaN stay, 0 gives negative infinity, a negative number NaN.
        T infinity = T.Create(float.PositiveInfinity);
        result = T.Select(T.LessThan(x, infinity), result, x);
        result = T.Select(T.Equal(x, T.Create(0f)), T.Create(float.NegativeInfinity), result);
        return T.Select(T.LessThan(x, T.Create(0f)), T.Create(float.NaN), result);
    }

    /// <summary><c>log(1 + x)</c> for <c>x</c> from 0 to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log1PUnit<T>(T x)
        where T : struct, IFloatVector<T>
    {
        T one = T.Create(1f);
        T upper = T.LessThan(T.Create(0.414213568f), x);
        T fraction = T.Select(upper, (x - one) * T.Create(0.5f), x);
        return LogOfMantissa(fraction, upper & one);
    }

    /// <summary>Hyperbolic tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : struct, IFloatVector<T>
    {
        // (e^2|x| - 1) / (e^2|x| + 1); from |x| = 10 on it is 1.
        T sign = T.Create(-0f);
        T magnitude = x ^ (x & sign);
        T m = ExpM1Unscaled(T.Min(T.Create(20f), magnitude + magnitude));
        return (m / (m + T.Create(2f))) | (x & sign);
    }

    /// <summary><c>1 / (1 + e^-x)</c>; 0 from <c>x</c> = -87.7 down, where results are no normal numbers any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T>(T x)
        where T : struct, IFloatVector<T>
    {
        // With e = e^-|x|: 1 / (1 + e) where x is positive, e / (1 + e) where it is negative.
        T one = T.Create(1f);
        T e = ExpFlushed(x | T.Create(-0f));
        return T.Select(T.LessThan(x, T.Create(0f)), e, one) / (one + e);
    }

    /// <summary>Error function.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<T>(T x)
        where T : struct, IFloatVector<T>
    {
        // 1 - e^(-a h(a)) with a = |x|, where h(a) = -log(erfc(a)) / a is smooth; from 3.925 on the result is 1.
        T sign = T.Create(-0f);
        T a = T.Min(T.Create(3.925f), x ^ (x & sign));
        T h = T.Create(-4.52787253e-06f);
        h = T.FusedMultiplyAdd(h, a, T.Create(-2.68709209e-06f));
        h = T.FusedMultiplyAdd(h, a, T.Create(0.000255235354f));
        h = T.FusedMultiplyAdd(h, a, T.Create(-0.00104214193f));
        h = T.FusedMultiplyAdd(h, a, T.Create(-0.000392507005f));
        h = T.FusedMultiplyAdd(h, a, T.Create(0.019408701f));
        h = T.FusedMultiplyAdd(h, a, T.Create(-0.10283348f));
        h = T.FusedMultiplyAdd(h, a, T.Create(-0.636614978f));
        h = T.FusedMultiplyAdd(h, a, T.Create(-1.12837923f));
        T m = ExpM1Unscaled(h * a);
        return (m ^ (m & sign)) | (x & sign);
    }

    /// <inheritdoc cref="Exp{T}(T)"/>
    public static Vector128<float> Exp(Vector128<float> x) => Exp(new Float32x4(x)).Value;

    /// <inheritdoc cref="Exp{T}(T)"/>
    public static Vector256<float> Exp(Vector256<float> x) => Exp(new Float32x8(x)).Value;

    /// <inheritdoc cref="Exp{T}(T)"/>
    public static Vector512<float> Exp(Vector512<float> x) => Exp(new Float32x16(x)).Value;

    /// <inheritdoc cref="Exp{T}(T)"/>
    public static float Exp(float x) => Exp(new Float32x1(x)).Value;

    /// <inheritdoc cref="Log{T}(T)"/>
    public static float Log(float x) => Log(new Float32x1(x)).Value;

    /// <inheritdoc cref="Tanh{T}(T)"/>
    public static Vector128<float> Tanh(Vector128<float> x) => Tanh(new Float32x4(x)).Value;

    /// <inheritdoc cref="Tanh{T}(T)"/>
    public static Vector256<float> Tanh(Vector256<float> x) => Tanh(new Float32x8(x)).Value;

    /// <inheritdoc cref="Tanh{T}(T)"/>
    public static Vector512<float> Tanh(Vector512<float> x) => Tanh(new Float32x16(x)).Value;

    /// <inheritdoc cref="Tanh{T}(T)"/>
    public static float Tanh(float x) => Tanh(new Float32x1(x)).Value;

    /// <inheritdoc cref="Sigmoid{T}(T)"/>
    public static Vector128<float> Sigmoid(Vector128<float> x) => Sigmoid(new Float32x4(x)).Value;

    /// <inheritdoc cref="Sigmoid{T}(T)"/>
    public static Vector256<float> Sigmoid(Vector256<float> x) => Sigmoid(new Float32x8(x)).Value;

    /// <inheritdoc cref="Sigmoid{T}(T)"/>
    public static Vector512<float> Sigmoid(Vector512<float> x) => Sigmoid(new Float32x16(x)).Value;

    /// <inheritdoc cref="Sigmoid{T}(T)"/>
    public static float Sigmoid(float x) => Sigmoid(new Float32x1(x)).Value;

    /// <inheritdoc cref="Erf{T}(T)"/>
    public static float Erf(float x) => Erf(new Float32x1(x)).Value;

    // e^r - 1 where r = x - n log(2) is at most log(2) / 2, and n + RoundingShift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ReducedExpM1<T>(T x, out T shifted)
        where T : struct, IFloatVector<T>
    {
        T shift = T.Create(RoundingShift);
        shifted = T.FusedMultiplyAdd(x, T.Create(1.44269502f), shift);
        T n = shifted - shift;
        T r = T.FusedMultiplyAdd(n, T.Create(-0.693359375f), x);
        r = T.FusedMultiplyAdd(n, T.Create(0.000212194440f), r);
        T square = r * r;
        T lower = T.FusedMultiplyAdd(T.Create(0.166665226f), r, T.Create(0.5f));
        T upper = T.FusedMultiplyAdd(T.Create(0.00836920086f), r, T.Create(0.0416666083f));
        upper = T.FusedMultiplyAdd(T.Create(0.00139180839f), square, upper);
        return T.FusedMultiplyAdd(T.FusedMultiplyAdd(upper, square, lower), square, r);
    }

    // e^x - 1 for x from -87 to 87.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ExpM1Unscaled<T>(T x)
        where T : struct, IFloatVector<T>
    {
        T p = ReducedExpM1(x, out T shifted);
        T scale = PowerOfTwo(shifted);
        return T.FusedMultiplyAdd(scale, p, scale - T.Create(1f));
    }

    // 2^n for an integer n in the low bits, from -126 to 127. The bits of RoundingShift above them are shifted out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T PowerOfTwo<T>(T n)
        where T : struct, IFloatVector<T> => T.AddBits(T.ShiftLeft(n, 23), T.Create(1f));

    // log(1 + f) + exponent * log(2) for f from sqrt(1/2) - 1 to sqrt(2) - 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LogOfMantissa<T>(T f, T exponent)
        where T : struct, IFloatVector<T>
    {
        T square = f * f;
        T q01 = T.FusedMultiplyAdd(T.Create(-0.250008106f), f, T.Create(0.333333164f));
        T q23 = T.FusedMultiplyAdd(T.Create(-0.166244894f), f, T.Create(0.2000231f));
        T q45 = T.FusedMultiplyAdd(T.Create(-0.131251886f), f, T.Create(0.141807541f));
        T q67 = T.FusedMultiplyAdd(T.Create(-0.0788724348f), f, T.Create(0.128849447f));
        T upper = T.FusedMultiplyAdd(q67, square, q45);
        T q = T.FusedMultiplyAdd(upper, square * square, T.FusedMultiplyAdd(q23, square, q01));
        T tail = T.FusedMultiplyAdd(q, f, T.Create(-0.5f)) * square;
        tail = T.FusedMultiplyAdd(exponent, T.Create(-0.000212194440f), tail);
        return T.FusedMultiplyAdd(exponent, T.Create(0.693359375f), f + tail);
    }
}
