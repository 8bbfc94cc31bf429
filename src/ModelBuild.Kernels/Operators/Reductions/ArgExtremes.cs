using System.Numerics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Where along a dimension the largest or smallest element is.</summary>
public static unsafe class ArgExtremes
{
    /// <summary>Position of the largest element.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="data">Numbers.</param>
    /// <param name="reduced">Positions.</param>
    /// <param name="axis">Dimension, negative ones from the end.</param>
    /// <param name="keepdims">Whether the dimension stays with one element.</param>
    /// <param name="selectLastIndex">Whether of equal elements the last one counts, and not the first.</param>
    /// <exception cref="KernelException">There is no such dimension, it has no elements, or the type has no numbers.</exception>
    public static void ArgMax(KernelContext context, TensorValue data, [Output] TensorValue reduced, long axis = 0, long keepdims = 1, long selectLastIndex = 0)
    {
        if (selectLastIndex != 0)
        {
            Run<GreaterOrEqual>(context, data, reduced, axis, keepdims != 0);
        }
        else
        {
            Run<GreaterThan>(context, data, reduced, axis, keepdims != 0);
        }
    }

    /// <summary>Position of the smallest element.</summary>
    /// <inheritdoc cref="ArgMax"/>
    public static void ArgMin(KernelContext context, TensorValue data, [Output] TensorValue reduced, long axis = 0, long keepdims = 1, long selectLastIndex = 0)
    {
        if (selectLastIndex != 0)
        {
            Run<LessOrEqual>(context, data, reduced, axis, keepdims != 0);
        }
        else
        {
            Run<LessThan>(context, data, reduced, axis, keepdims != 0);
        }
    }

    private static void Run<TComparison>(KernelContext context, TensorValue data, TensorValue reduced, long axis, bool keepsDimension)
        where TComparison : struct, IComparison
    {
        data = HalfPrecision.Widen(context, data, 0);
        int dimension = Strides.Axis(axis, data.Rank);
        if (data.Rank > BroadcastLayout.MaxRank)
        {
            throw new KernelException($"A tensor has {data.Rank} dimensions, and {BroadcastLayout.MaxRank} are the most.");
        }

        Span<long> shape = stackalloc long[BroadcastLayout.MaxRank];
        int rank = 0;
        for (int d = 0; d < data.Rank; d++)
        {
            if (d != dimension || keepsDimension)
            {
                shape[rank++] = d == dimension ? 1 : data.Shape[d];
            }
        }

        reduced.Resize(TensorElementType.Int64, shape[..rank]);
        if (data.Shape[dimension] == 0 && reduced.Length > 0)
        {
            throw new KernelException($"Dimension {dimension} of {data} has no elements.");
        }

        switch (data.ElementType)
        {
            case TensorElementType.Float32:
                Scan<TComparison, float>(data, reduced, dimension);
                break;
            case TensorElementType.Float64:
                Scan<TComparison, double>(data, reduced, dimension);
                break;
            case TensorElementType.Int64:
                Scan<TComparison, long>(data, reduced, dimension);
                break;
            case TensorElementType.Int32:
                Scan<TComparison, int>(data, reduced, dimension);
                break;
            case TensorElementType.Int16:
                Scan<TComparison, short>(data, reduced, dimension);
                break;
            case TensorElementType.Int8:
                Scan<TComparison, sbyte>(data, reduced, dimension);
                break;
            case TensorElementType.UInt64:
                Scan<TComparison, ulong>(data, reduced, dimension);
                break;
            case TensorElementType.UInt32:
                Scan<TComparison, uint>(data, reduced, dimension);
                break;
            case TensorElementType.UInt16:
                Scan<TComparison, ushort>(data, reduced, dimension);
                break;
            case TensorElementType.UInt8:
                Scan<TComparison, byte>(data, reduced, dimension);
                break;
            default:
                throw BinaryOperators.NotNumbers(data);
        }
    }

    private static void Scan<TComparison, T>(TensorValue data, TensorValue reduced, int axis)
        where TComparison : struct, IComparison
        where T : unmanaged, INumber<T>
    {
        long size = data.Shape[axis];
        long inner = Strides.Product(data.Shape[(axis + 1)..]);
        long* result = reduced.Pointer<long>();
        for (long i = 0; i < reduced.Length; i++)
        {
            T* at = data.Pointer<T>() + (i / inner * size * inner) + (i % inner);
            T best = *at;
            long position = 0;
            for (long k = 1; k < size; k++)
            {
                at += inner;
                if (TComparison.Invoke(*at, best))
                {
                    best = *at;
                    position = k;
                }
            }

            result[i] = position;
        }
    }
}
