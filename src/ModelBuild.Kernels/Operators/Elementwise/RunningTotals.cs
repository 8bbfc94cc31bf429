using System.Numerics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Sums and products of all elements before one along a dimension.</summary>
public static unsafe class RunningTotals
{
    /// <summary>Running sum.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="axis">One integer: the dimension.</param>
    /// <param name="y">Result.</param>
    /// <param name="exclusive">Whether the element itself is left out.</param>
    /// <param name="reverse">Whether to start at the end.</param>
    /// <exception cref="KernelException">There is no such dimension, or the type has no numbers.</exception>
    public static void CumSum(KernelContext context, TensorValue x, TensorValue axis, [Output] TensorValue y, long exclusive = 0, long reverse = 0) =>
        Run<Add>(context, x, axis, y, exclusive != 0, reverse != 0, 0);

    /// <summary>Running product.</summary>
    /// <inheritdoc cref="CumSum"/>
    public static void CumProd(KernelContext context, TensorValue x, TensorValue axis, [Output] TensorValue y, long exclusive = 0, long reverse = 0) =>
        Run<Multiply>(context, x, axis, y, exclusive != 0, reverse != 0, 1);

    private static void Run<TOperation>(KernelContext context, TensorValue x, TensorValue axis, TensorValue y, bool exclusive, bool reverse, int start)
        where TOperation : struct, INumberOperation
    {
        if (HalfPrecision.Is(x.ElementType))
        {
            TensorValue wide = context.Temporary(1);
            Run<TOperation>(context, HalfPrecision.Widen(context, x, 0), axis, wide, exclusive, reverse, start);
            HalfPrecision.Narrow(wide, y, x.ElementType);
            return;
        }

        int dimension = Strides.Axis(Integers.Scalar(axis), x.Rank);
        y.Resize(x.ElementType, x.Shape);
        switch (x.ElementType)
        {
            case TensorElementType.Float32:
                Scan<TOperation, float>(x, y, dimension, exclusive, reverse, start);
                break;
            case TensorElementType.Float64:
                Scan<TOperation, double>(x, y, dimension, exclusive, reverse, start);
                break;
            case TensorElementType.Int64:
                Scan<TOperation, long>(x, y, dimension, exclusive, reverse, start);
                break;
            case TensorElementType.Int32:
                Scan<TOperation, int>(x, y, dimension, exclusive, reverse, start);
                break;
            case TensorElementType.UInt64:
                Scan<TOperation, ulong>(x, y, dimension, exclusive, reverse, start);
                break;
            case TensorElementType.UInt32:
                Scan<TOperation, uint>(x, y, dimension, exclusive, reverse, start);
                break;
            default:
                throw BinaryOperators.NotNumbers(x);
        }
    }

    private static void Scan<TOperation, T>(TensorValue x, TensorValue y, int axis, bool exclusive, bool reverse, int start)
        where TOperation : struct, INumberOperation
        where T : unmanaged, INumber<T>
    {
        if (x.Length == 0)
        {
            return;
        }

        long size = x.Shape[axis];
        long inner = Strides.Product(x.Shape[(axis + 1)..]);
        long outer = x.Length / size / inner;
        T identity = T.CreateTruncating(start);
        long step = reverse ? -inner : inner;
        for (long i = 0; i < outer * inner; i++)
        {
            long at = ((i / inner) * size * inner) + (i % inner) + (reverse ? (size - 1) * inner : 0);
            T total = identity;
            for (long k = 0; k < size; k++)
            {
                T next = TOperation.Invoke(total, x.Pointer<T>()[at]);
                y.Pointer<T>()[at] = exclusive ? total : next;
                total = next;
                at += step;
            }
        }
    }
}
