using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>The loops of normalizations. Sums along a row go to 32 virtual lanes as in <see cref="ReduceLoop"/>.</summary>
internal static unsafe class NormalizationLoop
{
    /// <summary>One row, with the widest leg that the processor has.</summary>
    /// <param name="x">Numbers.</param>
    /// <param name="scale">Factors; <c>null</c> for none.</param>
    /// <param name="bias">Summands; <c>null</c> for none.</param>
    /// <param name="y">Result; may be <paramref name="x"/>.</param>
    /// <param name="columns">How many.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="isCentered">Whether the mean is taken off.</param>
    /// <param name="mean">The mean, or 0.</param>
    /// <returns>The reciprocal of the root of the mean square.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Row(float* x, float* scale, float* bias, float* y, long columns, float epsilon, bool isCentered, out float mean)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Row<Float32x16>(x, scale, bias, y, columns, epsilon, isCentered, out mean);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            return Row<Float32x8>(x, scale, bias, y, columns, epsilon, isCentered, out mean);
        }

        return Vector128.IsHardwareAccelerated
            ? Row<Float32x4>(x, scale, bias, y, columns, epsilon, isCentered, out mean)
            : Row<Float32x1>(x, scale, bias, y, columns, epsilon, isCentered, out mean);
    }

    /// <summary>Mean and variance of a row, with the widest leg that the processor has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Moments(float* x, long columns, out float mean)
    {
        mean = ReduceLoop.Row<SumOf>(x, columns, 0) / columns;
        return ReduceLoop.Row<SumOfSquares>(x, columns, mean) / columns;
    }

    /// <summary>One row: one leg.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Row<T>(float* x, float* scale, float* bias, float* y, long columns, float epsilon, bool isCentered, out float mean)
        where T : struct, IFloatVector<T>
    {
        mean = isCentered ? ReduceLoop.Row<T, SumOf>(x, columns, 0) / columns : 0;
        float factor = 1 / MathF.Sqrt((ReduceLoop.Row<T, SumOfSquares>(x, columns, mean) / columns) + epsilon);
        T means = T.Create(mean);
        T factors = T.Create(factor);

        // Without scale and bias a 1 and a 0 are read again and again.
        float* none = stackalloc float[32];
        T.Store(T.Create(1f), none);
        T.Store(T.Create(0f), none + 16);
        long scaleStep = scale == null ? 0 : T.Count;
        long biasStep = bias == null ? 0 : T.Count;
        scale = scale == null ? none : scale;
        bias = bias == null ? none + 16 : bias;
        for (; columns >= T.Count; columns -= T.Count)
        {
            T.Store(T.FusedMultiplyAdd((T.Load(x) - means) * factors, T.Load(scale), T.Load(bias)), y);
            x += T.Count;
            y += T.Count;
            scale += scaleStep;
            bias += biasStep;
        }

        for (long i = 0; i < columns; i++)
        {
            y[i] = MathF.FusedMultiplyAdd((x[i] - mean) * factor, scale[i], bias[i]);
        }

        return factor;
    }

    /// <summary><c>y = x * scale + shift</c> over pixels of 16 channels, with the widest leg that the processor has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pixels(float* x, float* scale, float* shift, float* y, long pixels)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Pixels<Float32x16>(x, scale, shift, y, pixels);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Pixels<Float32x8>(x, scale, shift, y, pixels);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Pixels<Float32x4>(x, scale, shift, y, pixels);
        }
        else
        {
            Pixels<Float32x1>(x, scale, shift, y, pixels);
        }
    }

    /// <summary><c>y = x * scale + shift</c> over pixels of 16 channels: one leg.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pixels<T>(float* x, float* scale, float* shift, float* y, long pixels)
        where T : struct, IFloatVector<T>
    {
        for (int lane = 0; lane < 16; lane += T.Count)
        {
            T factor = T.Load(scale + lane);
            T addend = T.Load(shift + lane);
            for (long i = 0; i < pixels; i++)
            {
                T.Store(T.FusedMultiplyAdd(T.Load(x + (i * 16) + lane), factor, addend), y + (i * 16) + lane);
            }
        }
    }
}
