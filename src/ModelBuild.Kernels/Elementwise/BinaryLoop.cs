using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>The loop of every function of two numbers.</summary>
internal static unsafe class BinaryLoop
{
    /// <summary>One row, with the widest leg that the processor has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TOperation>(float* x, long stepX, float* y, long stepY, float* z, long length)
        where TOperation : struct, IBinaryOperation => Rows<TOperation>(x, stepX, 0, y, stepY, 0, z, 1, length);

    /// <summary>One row: one leg.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T, TOperation>(float* x, long stepX, float* y, long stepY, float* z, long length)
        where T : struct, IFloatVector<T>
        where TOperation : struct, IBinaryOperation => Rows<T, TOperation>(x, stepX, 0, y, stepY, 0, z, 1, length);

    /// <summary>Rows, with the widest leg that the processor has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows<TOperation>(float* x, long stepX, long rowX, float* y, long stepY, long rowY, float* z, long rows, long length)
        where TOperation : struct, IBinaryOperation
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Rows<Float32x16, TOperation>(x, stepX, rowX, y, stepY, rowY, z, rows, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Rows<Float32x8, TOperation>(x, stepX, rowX, y, stepY, rowY, z, rows, length);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Rows<Float32x4, TOperation>(x, stepX, rowX, y, stepY, rowY, z, rows, length);
        }
        else
        {
            Rows<Float32x1, TOperation>(x, stepX, rowX, y, stepY, rowY, z, rows, length);
        }
    }

    /// <summary>Rows: one leg. <paramref name="z"/> may be <paramref name="x"/> or <paramref name="y"/>.</summary>
    /// <param name="x">First operand.</param>
    /// <param name="stepX">1, or 0 for one number per row.</param>
    /// <param name="rowX">Distance of its rows.</param>
    /// <param name="y">Second operand.</param>
    /// <param name="stepY">1, or 0 for one number per row.</param>
    /// <param name="rowY">Distance of its rows.</param>
    /// <param name="z">Results, row after row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="length">Numbers of a row.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows<T, TOperation>(float* x, long stepX, long rowX, float* y, long stepY, long rowY, float* z, long rows, long length)
        where T : struct, IFloatVector<T>
        where TOperation : struct, IBinaryOperation
    {
        // A single number is read from a buffer that holds it in every lane, and the buffer is not left.
        float* buffers = stackalloc float[3 * 16];
        long strideX = stepX * T.Count;
        long strideY = stepY * T.Count;
        for (; rows > 0; rows--)
        {
            float* a = x;
            float* b = y;
            if (stepX == 0)
            {
                T.Store(T.Create(*x), buffers);
                a = buffers;
            }

            if (stepY == 0)
            {
                T.Store(T.Create(*y), buffers + 16);
                b = buffers + 16;
            }

            long left = length;
            for (; left >= 4 * T.Count; left -= 4 * T.Count)
            {
                T first = TOperation.Invoke(T.Load(a), T.Load(b));
                T second = TOperation.Invoke(T.Load(a + strideX), T.Load(b + strideY));
                T third = TOperation.Invoke(T.Load(a + (2 * strideX)), T.Load(b + (2 * strideY)));
                T fourth = TOperation.Invoke(T.Load(a + (3 * strideX)), T.Load(b + (3 * strideY)));
                T.Store(first, z);
                T.Store(second, z + T.Count);
                T.Store(third, z + (2 * T.Count));
                T.Store(fourth, z + (3 * T.Count));
                a += 4 * strideX;
                b += 4 * strideY;
                z += 4 * T.Count;
            }

            for (; left >= T.Count; left -= T.Count)
            {
                T.Store(TOperation.Invoke(T.Load(a), T.Load(b)), z);
                a += strideX;
                b += strideY;
                z += T.Count;
            }

            if (left > 0)
            {
                a = stepX == 0 ? a : Copy(a, buffers, left);
                b = stepY == 0 ? b : Copy(b, buffers + 16, left);
                T.Store(TOperation.Invoke(T.Load(a), T.Load(b)), buffers + 32);
                Copy(buffers + 32, z, left);
                z += left;
            }

            x += rowX;
            y += rowY;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Copy(float* source, float* destination, long count)
    {
        Unsafe.CopyBlockUnaligned(destination, source, (uint)count * sizeof(float));
        return destination;
    }
}
