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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows<T, TReduction>(float* x, float* y, long rows, long columns)
        where T : struct, IFloatVector<T>
        where TReduction : struct, IReduction
    {
        float* lanes = stackalloc float[Lanes];
        float* rest = stackalloc float[16];
        for (long row = 0; row < rows; row++)
        {
            new Span<float>(lanes, Lanes).Fill(TReduction.Identity);
            for (long i = 0; i < columns; i += T.Count)
            {
                float* source = columns - i < T.Count ? Pad(x + i, rest, columns - i, TReduction.Identity) : x + i;
                float* lane = lanes + (i & (Lanes - 1));
                T.Store(TReduction.Accumulate(T.Load(lane), T.Load(source)), lane);
            }

            y[row] = Fold<TReduction>(lanes);
            x += columns;
        }
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

    /// <summary>Joins the lanes of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Fold<TReduction>(float* lanes)
        where TReduction : struct, IReduction
    {
        for (int width = Lanes / 2; width > 0; width /= 2)
        {
            if (Vector128.IsHardwareAccelerated && width >= 4)
            {
                for (int i = 0; i < width; i += 4)
                {
                    Float32x4.Store(TReduction.Combine(Float32x4.Load(lanes + i), Float32x4.Load(lanes + i + width)), lanes + i);
                }

                continue;
            }

            for (int i = 0; i < width; i++)
            {
                lanes[i] = TReduction.Combine(new Float32x1(lanes[i]), new Float32x1(lanes[i + width])).Value;
            }
        }

        return lanes[0];
    }

    /// <summary>Copies the last numbers of a row to a buffer of 16 and fills it up.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static float* Pad(float* source, float* rest, long count, float filler)
    {
        for (int i = 0; i < 16; i++)
        {
            rest[i] = i < count ? source[i] : filler;
        }

        return rest;
    }

    /// <summary>Copies the first numbers of a buffer.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Copy(float* source, float* destination, long count)
    {
        for (long i = 0; i < count; i++)
        {
            destination[i] = source[i];
        }
    }
}
