using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>
/// The loops of reductions. Along a row, number i goes to lane i mod 32 of 32 virtual lanes, in ascending order, and at the end lane i takes in lane
/// i + 16, then i + 8, and so on: the same sums whatever the width of the vectors. Across rows each lane is a result of its own.
/// </summary>
internal static unsafe class ReduceLoop
{
    /// <summary>Number of virtual lanes along a row.</summary>
    public const int Lanes = 32;

    /// <summary>Reduces the differences of a row and one number, with the widest leg that the processor has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Row<TReduction>(float* x, long columns, float offset)
        where TReduction : struct, IReduction
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Row<Float32x16, TReduction>(x, columns, offset);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            return Row<Float32x8, TReduction>(x, columns, offset);
        }

        return Vector128.IsHardwareAccelerated ? Row<Float32x4, TReduction>(x, columns, offset) : Row<Float32x1, TReduction>(x, columns, offset);
    }

    /// <summary>Reduces each row, with the widest leg that the processor has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows<TReduction>(float* x, float* y, long rows, long columns)
        where TReduction : struct, IReduction
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Rows<Float32x16, TReduction>(x, y, rows, columns);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Rows<Float32x8, TReduction>(x, y, rows, columns);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Rows<Float32x4, TReduction>(x, y, rows, columns);
        }
        else
        {
            Rows<Float32x1, TReduction>(x, y, rows, columns);
        }
    }

    /// <summary>Reduces columns, with the widest leg that the processor has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns<TReduction>(float* x, float* y, long rows, long stride, long columns)
        where TReduction : struct, IReduction
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Columns<Float32x16, TReduction>(x, y, rows, stride, columns);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Columns<Float32x8, TReduction>(x, y, rows, stride, columns);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Columns<Float32x4, TReduction>(x, y, rows, stride, columns);
        }
        else
        {
            Columns<Float32x1, TReduction>(x, y, rows, stride, columns);
        }
    }

    /// <summary>Reduces each row to one number: one leg.</summary>
    public static void Rows<T, TReduction>(float* x, float* y, long rows, long columns)
        where T : struct, IFloatVector<T>
        where TReduction : struct, IReduction
    {
        for (long row = 0; row < rows; row++)
        {
            y[row] = Row<T, TReduction>(x, columns, 0);
            x += columns;
        }
    }

    /// <summary>Reduces the differences of a row and one number, which is 0 unless the reduction's identity is: one leg.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Row<T, TReduction>(float* x, long columns, float offset)
        where T : struct, IFloatVector<T>
        where TReduction : struct, IReduction
    {
        float* lanes = stackalloc float[Lanes];
        if (T.Count == 1)
        {
            return ScalarRow<TReduction>(x, columns, offset, lanes);
        }

        T offsets = T.Create(offset);
        T a = T.Create(TReduction.Identity);
        T b = a;
        T c = a;
        T d = a;
        T e = a;
        T f = a;
        T g = a;
        T h = a;
        while (columns > 0)
        {
            if (columns < Lanes)
            {
                // Filled up so that the rest changes nothing.
                T filler = T.Create(TReduction.Identity == 0 ? offset : TReduction.Identity);
                for (int i = 0; i < Lanes; i += T.Count)
                {
                    T.Store(filler, lanes + i);
                }

                Unsafe.CopyBlockUnaligned(lanes, x, (uint)columns * sizeof(float));
                x = lanes;
            }

            a = TReduction.Accumulate(a, T.Load(x) - offsets);
            b = TReduction.Accumulate(b, T.Load(x + T.Count) - offsets);
            if (T.Count <= 8)
            {
                c = TReduction.Accumulate(c, T.Load(x + (2 * T.Count)) - offsets);
                d = TReduction.Accumulate(d, T.Load(x + (3 * T.Count)) - offsets);
            }

            if (T.Count <= 4)
            {
                e = TReduction.Accumulate(e, T.Load(x + (4 * T.Count)) - offsets);
                f = TReduction.Accumulate(f, T.Load(x + (5 * T.Count)) - offsets);
                g = TReduction.Accumulate(g, T.Load(x + (6 * T.Count)) - offsets);
                h = TReduction.Accumulate(h, T.Load(x + (7 * T.Count)) - offsets);
            }

            x += Lanes;
            columns -= Lanes;
        }

        if (T.Count <= 4)
        {
            a = TReduction.Combine(a, e);
            b = TReduction.Combine(b, f);
            c = TReduction.Combine(c, g);
            d = TReduction.Combine(d, h);
        }

        if (T.Count <= 8)
        {
            a = TReduction.Combine(a, c);
            b = TReduction.Combine(b, d);
        }

        return Fold<T, TReduction>(TReduction.Combine(a, b), lanes);
    }

    /// <summary>Reduces each of the columns of a matrix to one number: one leg.</summary>
    /// <param name="x">First row.</param>
    /// <param name="y">Results.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="stride">Distance of rows.</param>
    /// <param name="columns">How many columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns<T, TReduction>(float* x, float* y, long rows, long stride, long columns)
        where T : struct, IFloatVector<T>
        where TReduction : struct, IReduction
    {
        T identity = T.Create(TReduction.Identity);
        long i = 0;
        for (; i + (2 * T.Count) <= columns; i += 2 * T.Count)
        {
            T first = identity;
            T second = identity;
            float* at = x + i;
            for (long k = 0; k < rows; k++)
            {
                first = TReduction.Accumulate(first, T.Load(at));
                second = TReduction.Accumulate(second, T.Load(at + T.Count));
                at += stride;
            }

            T.Store(first, y + i);
            T.Store(second, y + i + T.Count);
        }

        for (; i < columns; i++)
        {
            Float32x1 total = new(TReduction.Identity);
            float* at = x + i;
            for (long k = 0; k < rows; k++)
            {
                total = TReduction.Accumulate(total, new Float32x1(*at));
                at += stride;
            }

            y[i] = total.Value;
        }
    }

    /// <summary>Joins the lanes of a vector: lane i takes in lane i + 8, then i + 4, i + 2, i + 1.</summary>
    /// <param name="value">4, 8 or 16 lanes.</param>
    /// <param name="lanes">Room for them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Fold<T, TReduction>(T value, float* lanes)
        where T : struct, IFloatVector<T>
        where TReduction : struct, IReduction
    {
        T.Store(value, lanes);
        Float32x4 four = Float32x4.Load(lanes);
        if (T.Count == 8)
        {
            four = TReduction.Combine(four, Float32x4.Load(lanes + 4));
        }
        else if (T.Count == 16)
        {
            four = TReduction.Combine(
                TReduction.Combine(four, Float32x4.Load(lanes + 8)), TReduction.Combine(Float32x4.Load(lanes + 4), Float32x4.Load(lanes + 12)));
        }

        four = TReduction.Combine(four, new Float32x4(Vector128.Shuffle(four.Value, Vector128.Create(2, 3, 0, 1))));
        four = TReduction.Combine(four, new Float32x4(Vector128.Shuffle(four.Value, Vector128.Create(1, 0, 3, 2))));
        return four.Value.ToScalar();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float ScalarRow<TReduction>(float* x, long columns, float offset, float* lanes)
        where TReduction : struct, IReduction
    {
        new Span<float>(lanes, Lanes).Fill(TReduction.Identity);
        for (long i = 0; i < columns; i++)
        {
            float* lane = lanes + (i & (Lanes - 1));
            *lane = TReduction.Accumulate(new Float32x1(*lane), new Float32x1(x[i] - offset)).Value;
        }

        for (int width = Lanes / 2; width > 0; width /= 2)
        {
            for (int i = 0; i < width; i++)
            {
                lanes[i] = TReduction.Combine(new Float32x1(lanes[i]), new Float32x1(lanes[i + width])).Value;
            }
        }

        return lanes[0];
    }
}
