using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>
/// The loops of softmax. Exponential number i of a row goes to lane i mod 16 of 16 virtual lanes; at the end lane i takes in lane i + 8, and so on.
/// </summary>
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
    public static void Row<T>(float* x, float* mask, float* y, long columns, float scale, bool isLogarithm)
        where T : struct, IFloatVector<T>
    {
        if (scale != 1)
        {
            BinaryLoop.Run<T, Multiply>(x, 1, &scale, 0, y, columns);
            x = y;
        }

        if (mask != null)
        {
            BinaryLoop.Run<T, Add>(x, 1, mask, 1, y, columns);
            x = y;
        }

        // NaN does not count as largest, but makes its own exponential NaN and with it the sum.
        float largest = ReduceLoop.Row<T, LargestOf>(x, columns, 0);
        float sum = Exponentials<T>(x, isLogarithm ? null : y, columns, largest);
        if (isLogarithm)
        {
            // log(e^(x - m) / s) = x - m - log(s): the sum needs the exponentials, the result does not.
            UnaryLoop.Run<T, LessBoth>(x, y, columns, largest, VectorMath.Log(sum));
            return;
        }

        float factor = 1 / sum;
        BinaryLoop.Run<T, Multiply>(y, 1, &factor, 0, y, columns);
    }

    /// <summary>The exponentials of a row less its largest number, where <paramref name="y"/> is not <c>null</c>, and their sum.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentials<T>(float* x, float* y, long columns, float largest)
        where T : struct, IFloatVector<T>
    {
        const int lanes = 16;
        float* rest = stackalloc float[lanes];
        if (T.Count == 1)
        {
            return ScalarExponentials(x, y, columns, largest, rest);
        }

        T largests = T.Create(largest);
        T a = T.Create(0f);
        T b = a;
        T c = a;
        T d = a;
        if (T.Count == 4 && y != null && UnaryMicrokernels.Of<ShiftedExp>.Address is not 0 and nint address)
        {
            new Span<float>(rest, lanes).Clear();
            UnaryMicrokernels.Sum(address, x, y, columns, largest, rest, float.NegativeInfinity);
            a = T.Load(rest);
            b = T.Load(rest + T.Count);
            c = T.Load(rest + (2 * T.Count));
            d = T.Load(rest + (3 * T.Count));
            columns = 0;
        }

        while (columns > 0)
        {
            float* source = x;
            float* destination = y;
            if (columns < lanes)
            {
                // The exponential of the filler is 0.
                new Span<float>(rest, lanes).Fill(float.NegativeInfinity);
                Unsafe.CopyBlockUnaligned(rest, x, (uint)columns * sizeof(float));
                source = rest;
                destination = rest;
            }
            else if (y == null)
            {
                destination = rest;
            }

            T first = VectorMath.ExpFlushed(T.Load(source) - largests);
            a += first;
            if (T.Count <= 8)
            {
                T second = VectorMath.ExpFlushed(T.Load(source + T.Count) - largests);
                b += second;
                if (T.Count <= 4)
                {
                    T third = VectorMath.ExpFlushed(T.Load(source + (2 * T.Count)) - largests);
                    T fourth = VectorMath.ExpFlushed(T.Load(source + (3 * T.Count)) - largests);
                    c += third;
                    d += fourth;
                    T.Store(third, destination + (2 * T.Count));
                    T.Store(fourth, destination + (3 * T.Count));
                }

                T.Store(second, destination + T.Count);
            }

            T.Store(first, destination);
            if (columns < lanes && y != null)
            {
                Unsafe.CopyBlockUnaligned(y, rest, (uint)columns * sizeof(float));
            }

            x += lanes;
            y = y == null ? null : y + lanes;
            columns -= lanes;
        }

        a = T.Count <= 4 ? a + c : a;
        b = T.Count <= 4 ? b + d : b;
        return ReduceLoop.Fold<T, SumOf>(T.Count <= 8 ? a + b : a, rest);
    }

    private static float ScalarExponentials(float* x, float* y, long columns, float largest, float* lanes)
    {
        new Span<float>(lanes, 16).Clear();
        for (long i = 0; i < columns; i++)
        {
            float exponential = VectorMath.ExpFlushed(new Float32x1(x[i] - largest)).Value;
            lanes[i & 15] += exponential;
            if (y != null)
            {
                y[i] = exponential;
            }
        }

        for (int width = 8; width > 0; width /= 2)
        {
            for (int i = 0; i < width; i++)
            {
                lanes[i] += lanes[i + width];
            }
        }

        return lanes[0];
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
