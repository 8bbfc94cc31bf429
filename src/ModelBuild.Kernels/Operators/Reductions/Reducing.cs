using System.Numerics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>
/// Reductions along any dimensions. Numbers of one result are taken in a fixed order. Integers wrap; where a root, logarithm or mean of integers is asked
/// for, it is computed in double precision and cut. Without elements a sum is 0, a product 1, a maximum negative infinity or the smallest integer.
/// </summary>
public static unsafe class Reducing
{
    private enum Finish
    {
        None,
        Mean,
        Root,
        Logarithm,
    }

    /// <summary>Sum.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="data">Numbers.</param>
    /// <param name="axes">Dimensions to reduce, negative ones from the end; absent or empty for all.</param>
    /// <param name="reduced">Result.</param>
    /// <param name="keepdims">Whether reduced dimensions stay with one element.</param>
    /// <param name="noopWithEmptyAxes">Whether no axes means that no dimension is reduced.</param>
    /// <exception cref="KernelException">There is no such dimension, or the type has no numbers.</exception>
    public static void ReduceSum(KernelContext context, TensorValue data, TensorValue? axes, [Output] TensorValue reduced, long keepdims = 1, long noopWithEmptyAxes = 0) =>
        Run<SumOf, SumOf, ScalarSum>(context, data, axes, reduced, keepdims, noopWithEmptyAxes, Finish.None);

    /// <summary>Mean; NaN without elements.</summary>
    /// <inheritdoc cref="ReduceSum"/>
    public static void ReduceMean(KernelContext context, TensorValue data, TensorValue? axes, [Output] TensorValue reduced, long keepdims = 1, long noopWithEmptyAxes = 0) =>
        Run<SumOf, SumOf, ScalarSum>(context, data, axes, reduced, keepdims, noopWithEmptyAxes, Finish.Mean);

    /// <summary>Product.</summary>
    /// <inheritdoc cref="ReduceSum"/>
    public static void ReduceProd(KernelContext context, TensorValue data, TensorValue? axes, [Output] TensorValue reduced, long keepdims = 1, long noopWithEmptyAxes = 0) =>
        Run<ProductOf, ProductOf, ScalarProduct>(context, data, axes, reduced, keepdims, noopWithEmptyAxes, Finish.None);

    /// <summary>The largest number, NaN where one is NaN; of truth values whether one is true.</summary>
    /// <inheritdoc cref="ReduceSum"/>
    public static void ReduceMax(KernelContext context, TensorValue data, TensorValue? axes, [Output] TensorValue reduced, long keepdims = 1, long noopWithEmptyAxes = 0) =>
        Run<MaximumOf, MaximumOf, ScalarMaximum>(context, data, axes, reduced, keepdims, noopWithEmptyAxes, Finish.None);

    /// <summary>The smallest number, NaN where one is NaN; of truth values whether all are true.</summary>
    /// <inheritdoc cref="ReduceSum"/>
    public static void ReduceMin(KernelContext context, TensorValue data, TensorValue? axes, [Output] TensorValue reduced, long keepdims = 1, long noopWithEmptyAxes = 0) =>
        Run<MinimumOf, MinimumOf, ScalarMinimum>(context, data, axes, reduced, keepdims, noopWithEmptyAxes, Finish.None);

    /// <summary>Sum of the magnitudes.</summary>
    /// <inheritdoc cref="ReduceSum"/>
    public static void ReduceL1(KernelContext context, TensorValue data, TensorValue? axes, [Output] TensorValue reduced, long keepdims = 1, long noopWithEmptyAxes = 0) =>
        Run<SumOfMagnitudes, SumOf, ScalarMagnitudes>(context, data, axes, reduced, keepdims, noopWithEmptyAxes, Finish.None);

    /// <summary>Root of the sum of the squares.</summary>
    /// <inheritdoc cref="ReduceSum"/>
    public static void ReduceL2(KernelContext context, TensorValue data, TensorValue? axes, [Output] TensorValue reduced, long keepdims = 1, long noopWithEmptyAxes = 0) =>
        Run<SumOfSquares, SumOf, ScalarSquares>(context, data, axes, reduced, keepdims, noopWithEmptyAxes, Finish.Root);

    /// <summary>Sum of the squares.</summary>
    /// <inheritdoc cref="ReduceSum"/>
    public static void ReduceSumSquare(KernelContext context, TensorValue data, TensorValue? axes, [Output] TensorValue reduced, long keepdims = 1, long noopWithEmptyAxes = 0) =>
        Run<SumOfSquares, SumOf, ScalarSquares>(context, data, axes, reduced, keepdims, noopWithEmptyAxes, Finish.None);

    /// <summary>Logarithm of the sum.</summary>
    /// <inheritdoc cref="ReduceSum"/>
    public static void ReduceLogSum(KernelContext context, TensorValue data, TensorValue? axes, [Output] TensorValue reduced, long keepdims = 1, long noopWithEmptyAxes = 0) =>
        Run<SumOf, SumOf, ScalarSum>(context, data, axes, reduced, keepdims, noopWithEmptyAxes, Finish.Logarithm);

    /// <summary>Logarithm of the sum of the exponentials, without overflow.</summary>
    /// <inheritdoc cref="ReduceSum"/>
    public static void ReduceLogSumExp(KernelContext context, TensorValue data, TensorValue? axes, [Output] TensorValue reduced, long keepdims = 1, long noopWithEmptyAxes = 0)
    {
        TensorElementType type = data.ElementType;
        if (type is not (TensorElementType.Float32 or TensorElementType.Float64))
        {
            TensorValue wide = context.Temporary(3);
            TensorValue result = context.Temporary(4);
            Casting.Cast(data, wide, (long)(HalfPrecision.Is(type) ? TensorElementType.Float32 : TensorElementType.Float64));
            ReduceLogSumExp(context, wide, axes, result, keepdims, noopWithEmptyAxes);
            Casting.Cast(result, reduced, (long)type);
            return;
        }

        ReductionShape shape = new(data, axes, keepdims != 0, noopWithEmptyAxes != 0, stackalloc long[3 * BroadcastLayout.MaxRank], stackalloc bool[2 * BroadcastLayout.MaxRank]);
        reduced.Resize(type, shape.Result);
        ReductionWalk walk = new(shape, stackalloc long[Math.Max(1, 2 * shape.Rank)]);
        for (long i = 0; i < reduced.Length; i++)
        {
            long start = walk.Start(i);
            double largest = double.NegativeInfinity;
            for (long k = 0; k < walk.Elements; k++)
            {
                largest = Math.Max(largest, Reals.Read(data, start + walk.Element(k)));
            }

            double sum = 0;
            double shift = double.IsInfinity(largest) ? 0 : largest;
            for (long k = 0; k < walk.Elements; k++)
            {
                sum += Math.Exp(Reals.Read(data, start + walk.Element(k)) - shift);
            }

            Reals.Write(reduced, i, Math.Log(sum) + shift);
        }
    }

    private static void Run<TFirst, TNext, TScalar>(
        KernelContext context, TensorValue data, TensorValue? axes, TensorValue reduced, long keepsDimensions, long isNoopWithoutAxes, Finish finish)
        where TFirst : struct, IReduction
        where TNext : struct, IReduction
        where TScalar : struct, IScalarReduction
    {
        TensorElementType type = data.ElementType;
        bool isHalf = HalfPrecision.Is(type);
        if (isHalf || (finish != Finish.None && !UnaryOperators.IsReal(type)))
        {
            TensorValue wide = context.Temporary(3);
            TensorValue result = context.Temporary(4);
            Casting.Cast(data, wide, (long)(isHalf ? TensorElementType.Float32 : TensorElementType.Float64));
            Run<TFirst, TNext, TScalar>(context, wide, axes, result, keepsDimensions, isNoopWithoutAxes, finish);
            Casting.Cast(result, reduced, (long)type);
            return;
        }

        ReductionShape shape = new(
            data, axes, keepsDimensions != 0, isNoopWithoutAxes != 0, stackalloc long[3 * BroadcastLayout.MaxRank], stackalloc bool[2 * BroadcastLayout.MaxRank]);
        reduced.Resize(type, shape.Result);
        if (type == TensorElementType.Float32)
        {
            RunSingle<TFirst, TNext>(context, data, shape, reduced);
        }
        else
        {
            RunScalar<TScalar>(data, shape, reduced);
        }

        Complete(context, reduced, finish, shape.Count);
    }

    // One dimension after the other, the innermost first.
    private static void RunSingle<TFirst, TNext>(KernelContext context, TensorValue data, in ReductionShape shape, TensorValue reduced)
        where TFirst : struct, IReduction
        where TNext : struct, IReduction
    {
        float* source = data.Pointer<float>();
        long outer = shape.Rank == 0 ? 1 : Strides.Product(shape.Sizes);
        long inner = 1;
        int left = shape.IsReduced.Count(true);
        if (left == 0)
        {
            // Every number is a result; the reduction may still change it.
            Reduce.Along<TFirst>(context, source, reduced.Pointer<float>(), outer, 1, 1);
            return;
        }

        if (outer == 0)
        {
            reduced.Span<float>().Fill(TFirst.Identity);
            return;
        }

        bool isFirst = true;
        for (int d = shape.Rank - 1; d >= 0; d--)
        {
            long size = shape.Sizes[d];
            outer /= size;
            if (!shape.IsReduced[d])
            {
                inner *= size;
                continue;
            }

            left--;
            TensorValue target = left == 0 ? reduced : context.Temporary(5 + (left & 1));
            if (left > 0)
            {
                target.Resize(TensorElementType.Float32, outer, inner);
            }

            if (isFirst)
            {
                Reduce.Along<TFirst>(context, source, target.Pointer<float>(), outer, size, inner);
            }
            else
            {
                Reduce.Along<TNext>(context, source, target.Pointer<float>(), outer, size, inner);
            }

            isFirst = false;
            source = target.Pointer<float>();
        }
    }

    private static void RunScalar<TScalar>(TensorValue data, in ReductionShape shape, TensorValue reduced)
        where TScalar : struct, IScalarReduction
    {
        switch (data.ElementType)
        {
            case TensorElementType.Float64:
                Scalar<TScalar, double>(data, shape, reduced);
                break;
            case TensorElementType.Int64:
                Scalar<TScalar, long>(data, shape, reduced);
                break;
            case TensorElementType.Int32:
                Scalar<TScalar, int>(data, shape, reduced);
                break;
            case TensorElementType.Int16:
                Scalar<TScalar, short>(data, shape, reduced);
                break;
            case TensorElementType.Int8:
                Scalar<TScalar, sbyte>(data, shape, reduced);
                break;
            case TensorElementType.UInt64:
                Scalar<TScalar, ulong>(data, shape, reduced);
                break;
            case TensorElementType.UInt32:
                Scalar<TScalar, uint>(data, shape, reduced);
                break;
            case TensorElementType.UInt16:
                Scalar<TScalar, ushort>(data, shape, reduced);
                break;
            case TensorElementType.UInt8:
                Scalar<TScalar, byte>(data, shape, reduced);
                break;
            case TensorElementType.Bool:
                Scalar<TScalar, byte>(data, shape, reduced);

                // The largest byte, which stands for no elements, is no truth value.
                for (long i = 0; i < reduced.Length; i++)
                {
                    reduced.Data[i] = Math.Min(reduced.Data[i], (byte)1);
                }

                break;
            default:
                throw BinaryOperators.NotNumbers(data);
        }
    }

    private static void Scalar<TScalar, T>(TensorValue data, in ReductionShape shape, TensorValue reduced)
        where TScalar : struct, IScalarReduction
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        ReductionWalk walk = new(shape, stackalloc long[Math.Max(1, 2 * shape.Rank)]);
        T* result = reduced.Pointer<T>();
        for (long i = 0; i < reduced.Length; i++)
        {
            T* start = data.Pointer<T>() + walk.Start(i);
            T total = TScalar.Start<T>();
            for (long k = 0; k < walk.Elements; k++)
            {
                total = TScalar.Next(total, start[walk.Element(k)]);
            }

            result[i] = total;
        }
    }

    private static void Complete(KernelContext context, TensorValue reduced, Finish finish, long count)
    {
        if (finish == Finish.None)
        {
            return;
        }

        if (reduced.ElementType == TensorElementType.Float32)
        {
            float* values = reduced.Pointer<float>();
            switch (finish)
            {
                case Finish.Root:
                    Elementwise.Unary<Sqrt>(context, values, values, reduced.Length);
                    break;
                case Finish.Logarithm:
                    Elementwise.Unary<Log>(context, values, values, reduced.Length);
                    break;
                default:
                    for (long i = 0; i < reduced.Length; i++)
                    {
                        values[i] /= count;
                    }

                    break;
            }

            return;
        }

        double* numbers = reduced.Pointer<double>();
        for (long i = 0; i < reduced.Length; i++)
        {
            numbers[i] = finish switch
            {
                Finish.Root => Math.Sqrt(numbers[i]),
                Finish.Logarithm => Math.Log(numbers[i]),
                _ => numbers[i] / count,
            };
        }
    }
}
