using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operators GlobalAveragePool, GlobalMaxPool and GlobalLpPool for every floating-point type.</summary>
public static unsafe class GlobalPooling
{
    private interface IPool
    {
        static abstract T Run<T>(T* x, long length, long p)
            where T : unmanaged, IFloatingPointIeee754<T>;
    }

    /// <summary>Mean of each channel.</summary>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>.</param>
    /// <param name="y">Result, <c>[N, C, 1, ...]</c>.</param>
    public static void GlobalAveragePool(TensorValue x, [Output] TensorValue y) => Dispatch<Mean>(x, y, 1);

    /// <summary>Largest element of each channel.</summary>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>.</param>
    /// <param name="y">Result, <c>[N, C, 1, ...]</c>.</param>
    public static void GlobalMaxPool(TensorValue x, [Output] TensorValue y) => Dispatch<Maximum>(x, y, 1);

    /// <summary>p-norm of each channel.</summary>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>.</param>
    /// <param name="y">Result, <c>[N, C, 1, ...]</c>.</param>
    /// <param name="p">The norm.</param>
    public static void GlobalLpPool(TensorValue x, [Output] TensorValue y, long p = 2) =>
        Dispatch<Norm>(x, y, p >= 1 ? p : throw new KernelException($"A norm with p = {p}."));

    private static void Dispatch<TPool>(TensorValue x, TensorValue y, long p)
        where TPool : struct, IPool
    {
        if (x.Rank < 2)
        {
            throw new KernelException($"Pooling of {x}.");
        }

        Span<long> shape = x.Rank <= 16 ? stackalloc long[x.Rank] : new long[x.Rank];
        shape.Fill(1);
        x.Shape[..2].CopyTo(shape);
        y.Resize(x.ElementType, shape);
        if (RealNumbers.IsDouble(x))
        {
            Run<double, TPool>(x, y, p);
        }
        else
        {
            Run<float, TPool>(x, y, p);
        }
    }

    private static void Run<T, TPool>(TensorValue x, TensorValue y, long p)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TPool : struct, IPool
    {
        using var input = new RealInput<T>(x);
        using var output = new RealOutput<T>(y);
        long plane = SpatialWindows.Product(x.Shape[2..]);
        for (long i = 0; i < output.Length; i++)
        {
            output.Pointer[i] = TPool.Run(input.Pointer + (i * plane), plane, p);
        }

        output.Commit();
    }

    // Sixteen lanes, folded in a fixed order, whatever the vector width is.
    private static T Sum<T>(T* x, long length, long p)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T exponent = T.CreateTruncating(p);
        Span<T> lanes = stackalloc T[16];
        lanes.Clear();
        for (long i = 0; i < length; i++)
        {
            lanes[(int)(i & 15)] += p == 1 ? x[i] : Pooling.Power(T.Abs(x[i]), p, exponent);
        }

        for (int half = 8; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                lanes[i] += lanes[i + half];
            }
        }

        return lanes[0];
    }

    private readonly struct Mean : IPool
    {
        public static T Run<T>(T* x, long length, long p)
            where T : unmanaged, IFloatingPointIeee754<T> => Sum(x, length, 1) / T.CreateTruncating(length);
    }

    private readonly struct Maximum : IPool
    {
        public static T Run<T>(T* x, long length, long p)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            T largest = T.NegativeInfinity;
            for (long i = 0; i < length; i++)
            {
                largest = x[i] > largest ? x[i] : largest;
            }

            return largest;
        }
    }

    private readonly struct Norm : IPool
    {
        public static T Run<T>(T* x, long length, long p)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            if (p != 1)
            {
                return Pooling.Root(Sum(x, length, p), p, T.CreateTruncating(p));
            }

            T sum = T.Zero;
            for (long i = 0; i < length; i++)
            {
                sum += T.Abs(x[i]);
            }

            return sum;
        }
    }
}
