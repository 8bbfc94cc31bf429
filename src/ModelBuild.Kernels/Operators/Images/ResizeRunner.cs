using System.Buffers;
using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>Chooses how Resize is carried out and fills what lies outside of the input.</summary>
internal static unsafe class ResizeRunner
{
    /// <summary>Resizes <paramref name="x"/> into <paramref name="y"/>.</summary>
    public static void Run(KernelContext context, TensorValue x, TensorValue y, ResizeRules rules, ReadOnlySpan<ResizeAxis> axes, float extrapolationValue)
    {
        long[]? rented = null;
        Span<long> shape = axes.Length <= 16 ? stackalloc long[axes.Length] : (rented = ArrayPool<long>.Shared.Rent(axes.Length)).AsSpan(0, axes.Length);
        bool identity = true;
        for (int i = 0; i < axes.Length; i++)
        {
            shape[i] = axes[i].Output;
            identity &= axes[i].IsIdentity(rules);
        }

        y.Resize(x.ElementType, shape);
        if (rented is not null)
        {
            ArrayPool<long>.Shared.Return(rented);
        }

        if (y.Length == 0)
        {
            return;
        }

        if (identity)
        {
            y.CopyFrom(x);
            return;
        }

        if (rules.Mode == ResizeMode.Nearest)
        {
            ResizeNearest.Run(x, y, rules, axes);
        }
        else if (x.ElementType is TensorElementType.Float32 or TensorElementType.Float16 or TensorElementType.BFloat16)
        {
            ResizeWeighted.Run<float>(context, x, y, rules, axes);
        }
        else
        {
            ResizeWeighted.Run<double>(context, x, y, rules, axes);
        }

        if (rules.Coordinates == ResizeCoordinates.TfCropAndResize)
        {
            Extrapolate(y, rules, axes, extrapolationValue);
        }
    }

    private static void Extrapolate(TensorValue y, ResizeRules rules, ReadOnlySpan<ResizeAxis> axes, float value)
    {
        long inner = y.Length;
        long outer = 1;
        foreach (ResizeAxis axis in axes)
        {
            inner /= axis.Output;
            for (int j = 0; j < axis.Output; j++)
            {
                if (!axis.IsIdentity(rules) && axis.IsOutside(rules, j))
                {
                    for (long o = 0; o < outer; o++)
                    {
                        Fill(y, ((o * axis.Output) + j) * inner, inner, value);
                    }
                }
            }

            outer *= axis.Output;
        }
    }

    private static void Fill(TensorValue y, long start, long length, float value)
    {
        if (y.ElementType == TensorElementType.String)
        {
            throw new KernelException("Resize can't extrapolate texts.");
        }

        long size = TensorValue.ByteSize(y.ElementType, 1);
        byte* first = y.Data + (start * size);
        RealNumbers.Store(y.ElementType, &value, 1, first);
        for (long i = 1; i < length; i++)
        {
            Buffer.MemoryCopy(first, first + (i * size), size, size);
        }
    }
}
