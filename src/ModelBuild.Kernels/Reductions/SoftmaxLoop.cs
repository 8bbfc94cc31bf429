using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>The loops of softmax. Sums along a row go to 32 virtual lanes as in <see cref="ReduceLoop"/>.</summary>
internal static unsafe class SoftmaxLoop
{
    /// <summary>One row, with the widest leg that the processor has.</summary>
    /// <param name="x">Numbers; <c>null</c> where they stand in <paramref name="y"/> already.</param>
    /// <param name="mask">Numbers to add; <c>null</c> for none.</param>
    /// <param name="y">Result.</param>
    /// <param name="columns">How many.</param>
    /// <param name="scale">Factor of <paramref name="x"/> before the mask is added.</param>
    /// <param name="isLogarithm">Whether the logarithm is wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row(float* x, float* mask, float* y, long columns, float scale, bool isLogarithm)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Row<Float32x16>(x, mask, y, columns, scale, isLogarithm);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Row<Float32x8>(x, mask, y, columns, scale, isLogarithm);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Row<Float32x4>(x, mask, y, columns, scale, isLogarithm);
        }
        else
        {
            Row<Float32x1>(x, mask, y, columns, scale, isLogarithm);
        }
    }

    /// <summary>Every column of a matrix, with the widest leg that the processor has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(float* x, float* y, long rows, long columns, bool isLogarithm)
    {
        long done = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            done = Columns<Float32x16>(x, y, rows, columns, 0, isLogarithm);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            done = Columns<Float32x8>(x, y, rows, columns, 0, isLogarithm);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            done = Columns<Float32x4>(x, y, rows, columns, done, isLogarithm);
        }

        Columns<Float32x1>(x, y, rows, columns, done, isLogarithm);
    }

    /// <summary>One row: one leg.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row<T>(float* x, float* mask, float* y, long columns, float scale, bool isLogarithm)
        where T : struct, IFloatVector<T>
    {
        float* lanes = stackalloc float[ReduceLoop.Lanes];
        float* rest = stackalloc float[32];
        T scales = T.Create(scale);
        T lowest = T.Create(float.NegativeInfinity);
        for (int i = 0; i < ReduceLoop.Lanes; i += T.Count)
        {
            T.Store(lowest, lanes + i);
        }

        // Scale, add the mask, find the largest.
        for (long i = 0; i < columns; i += T.Count)
        {
            long left = columns - i;
            float* source = left < T.Count ? ReduceLoop.Pad(x + i, rest, left, float.NegativeInfinity) : x + i;
            T value = T.Load(source) * scales;
            if (mask != null)
            {
                value += T.Load(left < T.Count ? ReduceLoop.Pad(mask + i, rest + 16, left, float.NegativeInfinity) : mask + i);
            }

            float* lane = lanes + (i & (ReduceLoop.Lanes - 1));
            if (left < T.Count)
            {
                T.Store(value, rest);
                ReduceLoop.Copy(rest, y + i, left);

                // A scale below zero turns the filler round.
                value = T.Load(ReduceLoop.Pad(y + i, rest, left, float.NegativeInfinity));
            }
            else
            {
                T.Store(value, y + i);
            }

            T.Store(Maximum.Invoke(T.Load(lane), value), lane);
        }

        float largest = ReduceLoop.Fold<MaximumOf>(lanes);
        T largests = T.Create(largest);
        for (int i = 0; i < ReduceLoop.Lanes; i += T.Count)
        {
            T.Store(T.Create(0f), lanes + i);
        }

        // Exponentials and their sum.
        for (long i = 0; i < columns; i += T.Count)
        {
            long left = columns - i;
            float* source = left < T.Count ? ReduceLoop.Pad(y + i, rest, left, float.NegativeInfinity) : y + i;
            T shifted = T.Load(source) - largests;
            T exponential = VectorMath.ExpFlushed(shifted);
            float* lane = lanes + (i & (ReduceLoop.Lanes - 1));
            T.Store(T.Load(lane) + exponential, lane);
            float* destination = left < T.Count ? rest : y + i;
            T.Store(isLogarithm ? shifted : exponential, destination);
            if (left < T.Count)
            {
                ReduceLoop.Copy(rest, y + i, left);
            }
        }

        float sum = ReduceLoop.Fold<SumOf>(lanes);
        if (isLogarithm)
        {
            float logarithm = VectorMath.Log(sum);
            BinaryLoop.Run<T, Subtract>(y, 1, &logarithm, 0, y, columns);
        }
        else
        {
            float factor = 1 / sum;
            BinaryLoop.Run<T, Multiply>(y, 1, &factor, 0, y, columns);
        }
    }

    /// <summary>Columns of a matrix from one on, as many as fill vectors: one leg.</summary>
    /// <returns>The first column that is left.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Columns<T>(float* x, float* y, long rows, long columns, long start, bool isLogarithm)
        where T : struct, IFloatVector<T>
    {
        long i = start;
        for (; i + T.Count <= columns; i += T.Count)
        {
            T largest = T.Create(float.NegativeInfinity);
            for (long k = 0; k < rows; k++)
            {
                largest = Maximum.Invoke(largest, T.Load(x + (k * columns) + i));
            }

            T sum = T.Create(0f);
            for (long k = 0; k < rows; k++)
            {
                T shifted = T.Load(x + (k * columns) + i) - largest;
                T exponential = VectorMath.ExpFlushed(shifted);
                sum += exponential;
                T.Store(isLogarithm ? shifted : exponential, y + (k * columns) + i);
            }

            T last = isLogarithm ? VectorMath.Log(sum) : T.Create(1f) / sum;
            for (long k = 0; k < rows; k++)
            {
                float* at = y + (k * columns) + i;
                T.Store(isLogarithm ? T.Load(at) - last : T.Load(at) * last, at);
            }
        }

        return i;
    }
}
