using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>The loop of every function of one number.</summary>
internal static unsafe class UnaryLoop
{
    /// <summary>Runs the widest leg that the processor has, or machine code where this program was compiled without it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TOperation>(float* x, float* y, long length, float alpha, float beta)
        where TOperation : struct, IUnaryOperation
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<Float32x16, TOperation>(x, y, length, alpha, beta);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<Float32x8, TOperation>(x, y, length, alpha, beta);
        }
        else if (UnaryMicrokernels.Of<TOperation>.Address is not 0 and nint address)
        {
            UnaryMicrokernels.Run(address, x, y, length, alpha, beta);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Run<Float32x4, TOperation>(x, y, length, alpha, beta);
        }
        else
        {
            Run<Float32x1, TOperation>(x, y, length, alpha, beta);
        }
    }

    /// <summary>Runs one leg. <paramref name="y"/> may be <paramref name="x"/>.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, TOperation>(float* x, float* y, long length, float alpha, float beta)
        where T : struct, IFloatVector<T>
        where TOperation : struct, IUnaryOperation
    {
        T alphas = T.Create(alpha);
        T betas = T.Create(beta);
        float* rest = stackalloc float[16];

        if (TOperation.IsShort)
        {
            for (; length >= 4 * T.Count; length -= 4 * T.Count)
            {
                T first = TOperation.Invoke(T.Load(x), alphas, betas);
                T second = TOperation.Invoke(T.Load(x + T.Count), alphas, betas);
                T third = TOperation.Invoke(T.Load(x + (2 * T.Count)), alphas, betas);
                T fourth = TOperation.Invoke(T.Load(x + (3 * T.Count)), alphas, betas);
                T.Store(first, y);
                T.Store(second, y + T.Count);
                T.Store(third, y + (2 * T.Count));
                T.Store(fourth, y + (3 * T.Count));
                x += 4 * T.Count;
                y += 4 * T.Count;
            }
        }

        // The last lanes go through a buffer, so that the operation is compiled once.
        while (length > 0)
        {
            float* source = x;
            float* destination = y;
            if (length < T.Count)
            {
                T.Store(alphas, rest);
                Unsafe.CopyBlockUnaligned(rest, x, (uint)length * sizeof(float));
                source = rest;
                destination = rest;
            }

            T.Store(TOperation.Invoke(T.Load(source), alphas, betas), destination);
            if (length < T.Count)
            {
                Unsafe.CopyBlockUnaligned(y, rest, (uint)length * sizeof(float));
            }

            x += T.Count;
            y += T.Count;
            length -= T.Count;
        }
    }
}
