using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>The loop of every function of two numbers.</summary>
internal static unsafe class BinaryLoop
{
    /// <summary>Runs the widest leg that the processor has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TOperation>(float* x, long stepX, float* y, long stepY, float* z, long length)
        where TOperation : struct, IBinaryOperation
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<Float32x16, TOperation>(x, stepX, y, stepY, z, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<Float32x8, TOperation>(x, stepX, y, stepY, z, length);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Run<Float32x4, TOperation>(x, stepX, y, stepY, z, length);
        }
        else
        {
            Run<Float32x1, TOperation>(x, stepX, y, stepY, z, length);
        }
    }

    /// <summary>Runs one leg. <paramref name="z"/> may be <paramref name="x"/> or <paramref name="y"/>.</summary>
    /// <param name="x">First operand.</param>
    /// <param name="stepX">1, or 0 for one number.</param>
    /// <param name="y">Second operand.</param>
    /// <param name="stepY">1, or 0 for one number.</param>
    /// <param name="z">Results.</param>
    /// <param name="length">How many.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, TOperation>(float* x, long stepX, float* y, long stepY, float* z, long length)
        where T : struct, IFloatVector<T>
        where TOperation : struct, IBinaryOperation
    {
        // A single number is read from a buffer that holds it in every lane, and the buffer is not left.
        float* buffers = stackalloc float[3 * 16];
        if (stepX == 0)
        {
            T.Store(T.Create(*x), buffers);
            x = buffers;
        }

        if (stepY == 0)
        {
            T.Store(T.Create(*y), buffers + 16);
            y = buffers + 16;
        }

        stepX *= T.Count;
        stepY *= T.Count;
        for (; length >= 4 * T.Count; length -= 4 * T.Count)
        {
            T first = TOperation.Invoke(T.Load(x), T.Load(y));
            T second = TOperation.Invoke(T.Load(x + stepX), T.Load(y + stepY));
            T third = TOperation.Invoke(T.Load(x + (2 * stepX)), T.Load(y + (2 * stepY)));
            T fourth = TOperation.Invoke(T.Load(x + (3 * stepX)), T.Load(y + (3 * stepY)));
            T.Store(first, z);
            T.Store(second, z + T.Count);
            T.Store(third, z + (2 * T.Count));
            T.Store(fourth, z + (3 * T.Count));
            x += 4 * stepX;
            y += 4 * stepY;
            z += 4 * T.Count;
        }

        for (; length > 0; length -= T.Count)
        {
            float* destination = z;
            if (length < T.Count)
            {
                x = stepX == 0 ? x : Copy(x, buffers, length);
                y = stepY == 0 ? y : Copy(y, buffers + 16, length);
                destination = buffers + 32;
            }

            T.Store(TOperation.Invoke(T.Load(x), T.Load(y)), destination);
            if (length < T.Count)
            {
                Copy(destination, z, length);
            }

            x += stepX;
            y += stepY;
            z += T.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Copy(float* source, float* destination, long count)
    {
        Unsafe.CopyBlockUnaligned(destination, source, (uint)count * sizeof(float));
        return destination;
    }
}
