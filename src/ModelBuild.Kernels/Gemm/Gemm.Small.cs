using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelBuild.Kernels;

/// <content>Products so small that a call would cost more than they do.</content>
public static unsafe partial class Gemm
{
    /// <summary>Most columns of <see cref="Small"/>.</summary>
    public const int SmallColumns = 64;

    /// <summary>
    /// <c>c = activation(a * b + bias)</c> for one row and at most <see cref="SmallColumns"/> columns, with the bits of <see cref="Packed"/>. It becomes part of its caller: with
    /// constants for sizes and activation only the instructions of this very product are left.
    /// </summary>
    /// <param name="a"><paramref name="k"/> adjacent elements.</param>
    /// <param name="b">The packed panels.</param>
    /// <param name="bias"><paramref name="n"/> elements, or null.</param>
    /// <param name="c"><paramref name="n"/> adjacent elements; must not overlap <paramref name="a"/>.</param>
    /// <param name="n">Columns, from 1 to <see cref="SmallColumns"/>.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="activation">What is applied last.</param>
    /// <param name="alpha">First parameter of the activation.</param>
    /// <param name="beta">Second parameter of the activation.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Small(float* a, float* b, float* bias, [Output] float* c, int n, int k, Activation activation = Activation.None, float alpha = 0, float beta = 0)
    {
        SmallPanel(a, b, bias, c, Math.Min(n, 16), k, activation, alpha, beta);
        if (n > 16)
        {
            SmallPanel(a, b + (16 * k), bias == null ? null : bias + 16, c + 16, Math.Min(n - 16, 16), k, activation, alpha, beta);
        }

        if (n > 32)
        {
            SmallPanel(a, b + (32 * k), bias == null ? null : bias + 32, c + 32, Math.Min(n - 32, 16), k, activation, alpha, beta);
        }

        if (n > 48)
        {
            SmallPanel(a, b + (48 * k), bias == null ? null : bias + 48, c + 48, Math.Min(n - 48, 16), k, activation, alpha, beta);
        }

        if (activation is not (Activation.None or Activation.Relu or Activation.Clip))
        {
            ActivationFunctions.Apply(activation, alpha, beta, c, c, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SmallPanel(float* a, float* b, float* bias, float* c, int columns, int k, Activation activation, float alpha, float beta)
    {
        if (!Vector128.IsHardwareAccelerated)
        {
            SmallScalar(a, b, bias, c, columns, k, activation, alpha, beta);
        }
        else if (Fma.IsSupported && columns > 4)
        {
            Small8(a, b, bias, c, Math.Min(columns, 8), k, activation, alpha, beta);
            if (columns > 12)
            {
                Small8(a, b + 8, bias == null ? null : bias + 8, c + 8, columns - 8, k, activation, alpha, beta);
            }
            else if (columns > 8)
            {
                Small4(a, b + 8, bias == null ? null : bias + 8, c + 8, columns - 8, k, activation, alpha, beta);
            }
        }
        else
        {
            Small4(a, b, bias, c, Math.Min(columns, 4), k, activation, alpha, beta);
            if (columns > 4)
            {
                Small4(a, b + 4, bias == null ? null : bias + 4, c + 4, Math.Min(columns - 4, 4), k, activation, alpha, beta);
            }

            if (columns > 8)
            {
                Small4(a, b + 8, bias == null ? null : bias + 8, c + 8, Math.Min(columns - 8, 4), k, activation, alpha, beta);
            }

            if (columns > 12)
            {
                Small4(a, b + 12, bias == null ? null : bias + 12, c + 12, columns - 12, k, activation, alpha, beta);
            }
        }
    }

    // From 5 to 8 columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Small8(float* a, float* b, float* bias, float* c, int columns, int k, Activation activation, float alpha, float beta)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        sum = k > 0 ? Step(a, b, 0, sum) : sum;
        sum = k > 1 ? Step(a, b, 1, sum) : sum;
        sum = k > 2 ? Step(a, b, 2, sum) : sum;
        sum = k > 3 ? Step(a, b, 3, sum) : sum;
        sum = k > 4 ? Step(a, b, 4, sum) : sum;
        sum = k > 5 ? Step(a, b, 5, sum) : sum;
        sum = k > 6 ? Step(a, b, 6, sum) : sum;
        sum = k > 7 ? Step(a, b, 7, sum) : sum;
        sum = k > 8 ? Step(a, b, 8, sum) : sum;
        sum = k > 9 ? Step(a, b, 9, sum) : sum;
        sum = k > 10 ? Step(a, b, 10, sum) : sum;
        sum = k > 11 ? Step(a, b, 11, sum) : sum;
        sum = k > 12 ? Step(a, b, 12, sum) : sum;
        sum = k > 13 ? Step(a, b, 13, sum) : sum;
        sum = k > 14 ? Step(a, b, 14, sum) : sum;
        sum = k > 15 ? Step(a, b, 15, sum) : sum;
        for (int i = 16; i < k; i++)
        {
            sum = Step(a, b, i, sum);
        }

        if (bias != null)
        {
            sum += columns == 8 ? Vector256.Load(bias) : Vector256.Create(Vector128.Load(bias), LoadFew(bias + 4, columns - 4));
        }

        if (activation == Activation.Relu)
        {
            sum = GemmLanes256.Clamp(sum, Vector256<float>.Zero, Vector256.Create(float.PositiveInfinity));
        }
        else if (activation == Activation.Clip)
        {
            var limits = new Epilogue(activation, alpha, beta);
            sum = GemmLanes256.Clamp(sum, Vector256.Create(limits.Minimum), Vector256.Create(limits.Maximum));
        }

        if (columns == 8)
        {
            sum.Store(c);
        }
        else
        {
            sum.GetLower().Store(c);
            StoreFew(sum.GetUpper(), c + 4, columns - 4);
        }
    }

    // From 1 to 4 columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Small4(float* a, float* b, float* bias, float* c, int columns, int k, Activation activation, float alpha, float beta)
    {
        Vector128<float> sum = Vector128<float>.Zero;
        sum = k > 0 ? Step(a, b, 0, sum) : sum;
        sum = k > 1 ? Step(a, b, 1, sum) : sum;
        sum = k > 2 ? Step(a, b, 2, sum) : sum;
        sum = k > 3 ? Step(a, b, 3, sum) : sum;
        sum = k > 4 ? Step(a, b, 4, sum) : sum;
        sum = k > 5 ? Step(a, b, 5, sum) : sum;
        sum = k > 6 ? Step(a, b, 6, sum) : sum;
        sum = k > 7 ? Step(a, b, 7, sum) : sum;
        sum = k > 8 ? Step(a, b, 8, sum) : sum;
        sum = k > 9 ? Step(a, b, 9, sum) : sum;
        sum = k > 10 ? Step(a, b, 10, sum) : sum;
        sum = k > 11 ? Step(a, b, 11, sum) : sum;
        sum = k > 12 ? Step(a, b, 12, sum) : sum;
        sum = k > 13 ? Step(a, b, 13, sum) : sum;
        sum = k > 14 ? Step(a, b, 14, sum) : sum;
        sum = k > 15 ? Step(a, b, 15, sum) : sum;
        for (int i = 16; i < k; i++)
        {
            sum = Step(a, b, i, sum);
        }

        if (bias != null)
        {
            sum += LoadFew(bias, columns);
        }

        if (activation == Activation.Relu)
        {
            sum = GemmLanes128.Clamp(sum, Vector128<float>.Zero, Vector128.Create(float.PositiveInfinity));
        }
        else if (activation == Activation.Clip)
        {
            var limits = new Epilogue(activation, alpha, beta);
            sum = GemmLanes128.Clamp(sum, Vector128.Create(limits.Minimum), Vector128.Create(limits.Maximum));
        }

        StoreFew(sum, c, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Step(float* a, float* b, int k, Vector256<float> sum) =>
        GemmLanes256.MultiplyAdd(Vector256.Create(a[k]), Vector256.Load(b + (k * 16)), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Step(float* a, float* b, int k, Vector128<float> sum) =>
        GemmLanes128.MultiplyAdd(Vector128.Create(a[k]), Vector128.Load(b + (k * 16)), sum);

    private static void SmallScalar(float* a, float* b, float* bias, float* c, int columns, int k, Activation activation, float alpha, float beta)
    {
        var limits = new Epilogue(activation, alpha, beta);
        for (int column = 0; column < columns; column++)
        {
            float sum = 0;
            for (int i = 0; i < k; i++)
            {
                sum = GemmLegs.HasFusedMultiplyAdd ? MathF.FusedMultiplyAdd(a[i], b[(i * 16) + column], sum) : (a[i] * b[(i * 16) + column]) + sum;
            }

            sum = bias == null ? sum : sum + bias[column];
            sum = limits.Minimum > sum ? limits.Minimum : sum;
            c[column] = limits.Maximum < sum ? limits.Maximum : sum;
        }
    }

    // The first of 4 lanes, without touching the memory behind.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> LoadFew(float* source, int count) => count switch
    {
        4 => Vector128.Load(source),
        3 => Vector128.Create(source[0], source[1], source[2], 0),
        2 => Vector128.Create(source[0], source[1], 0, 0),
        1 => Vector128.CreateScalar(source[0]),
        _ => Vector128<float>.Zero,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFew(Vector128<float> value, float* destination, int count)
    {
        if (count == 4)
        {
            value.Store(destination);
            return;
        }

        if (count >= 2)
        {
            // As one double: a half vector would send the whole one through memory.
            *(double*)destination = value.AsDouble().ToScalar();
        }

        if (count == 3)
        {
            destination[2] = value.GetElement(2);
        }
        else if (count == 1)
        {
            destination[0] = value.ToScalar();
        }
    }
}
