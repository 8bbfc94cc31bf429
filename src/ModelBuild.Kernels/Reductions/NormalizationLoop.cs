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
    public static float Moments(float* x, long columns, bool isCentered, out float mean)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Moments<Float32x16>(x, columns, isCentered, out mean);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            return Moments<Float32x8>(x, columns, isCentered, out mean);
        }

        return Vector128.IsHardwareAccelerated ? Moments<Float32x4>(x, columns, isCentered, out mean) : Moments<Float32x1>(x, columns, isCentered, out mean);
    }

    /// <summary>One row: one leg.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Row<T>(float* x, float* scale, float* bias, float* y, long columns, float epsilon, bool isCentered, out float mean)
        where T : struct, IFloatVector<T>
    {
        float* rest = stackalloc float[48];
        float factor = 1 / MathF.Sqrt(Moments<T>(x, columns, isCentered, out mean) + epsilon);
        T means = T.Create(mean);
        T factors = T.Create(factor);
        for (long i = 0; i < columns; i += T.Count)
        {
            long left = columns - i;
            bool isRest = left < T.Count;
            T value = (T.Load(isRest ? ReduceLoop.Pad(x + i, rest, left, 0) : x + i) - means) * factors;
            T addend = bias == null ? T.Create(0f) : T.Load(isRest ? ReduceLoop.Pad(bias + i, rest + 16, left, 0) : bias + i);
            if (scale != null)
            {
                value = T.FusedMultiplyAdd(value, T.Load(isRest ? ReduceLoop.Pad(scale + i, rest + 32, left, 0) : scale + i), addend);
            }
            else if (bias != null)
            {
                value += addend;
            }

            T.Store(value, isRest ? rest : y + i);
            if (isRest)
            {
                ReduceLoop.Copy(rest, y + i, left);
            }
        }

        return factor;
    }

    /// <summary>Mean and variance of a row, or 0 and the mean square where it is not centered: one leg.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Moments<T>(float* x, long columns, bool isCentered, out float mean)
        where T : struct, IFloatVector<T>
    {
        float sum = 0;
        if (isCentered)
        {
            ReduceLoop.Rows<T, SumOf>(x, &sum, 1, columns);
        }

        mean = sum / columns;
        float* lanes = stackalloc float[ReduceLoop.Lanes];
        float* rest = stackalloc float[16];
        T means = T.Create(mean);
        for (int i = 0; i < ReduceLoop.Lanes; i += T.Count)
        {
            T.Store(T.Create(0f), lanes + i);
        }

        for (long i = 0; i < columns; i += T.Count)
        {
            T difference = T.Load(columns - i < T.Count ? ReduceLoop.Pad(x + i, rest, columns - i, mean) : x + i) - means;
            float* lane = lanes + (i & (ReduceLoop.Lanes - 1));
            T.Store(T.FusedMultiplyAdd(difference, difference, T.Load(lane)), lane);
        }

        return ReduceLoop.Fold<SumOf>(lanes) / columns;
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
