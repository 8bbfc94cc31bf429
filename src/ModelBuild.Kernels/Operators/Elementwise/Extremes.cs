using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Sum, mean, minimum and maximum of any number of tensors, with broadcasting.</summary>
public static unsafe class Extremes
{
    /// <summary>The largest of the inputs; NaN where one is NaN.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="max">Result.</param>
    /// <param name="inputs">Numbers of one type, at least one tensor.</param>
    /// <exception cref="KernelException">Types or shapes don't fit each other.</exception>
    public static void Max(KernelContext context, ReadOnlySpan<TensorValue> inputs, [Output] TensorValue max) => Fold<Maximum>(context, inputs, max, false);

    /// <summary>The smallest of the inputs; NaN where one is NaN.</summary>
    /// <inheritdoc cref="Max"/>
    public static void Min(KernelContext context, ReadOnlySpan<TensorValue> inputs, [Output] TensorValue min) => Fold<Minimum>(context, inputs, min, false);

    /// <summary>The sum of the inputs.</summary>
    /// <inheritdoc cref="Max"/>
    public static void Sum(KernelContext context, ReadOnlySpan<TensorValue> inputs, [Output] TensorValue sum) => Fold<Add>(context, inputs, sum, false);

    /// <summary>The mean of the inputs.</summary>
    /// <inheritdoc cref="Max"/>
    public static void Mean(KernelContext context, ReadOnlySpan<TensorValue> inputs, [Output] TensorValue mean) => Fold<Add>(context, inputs, mean, true);

    private static void Fold<TOperation>(KernelContext context, ReadOnlySpan<TensorValue> inputs, TensorValue result, bool isMean)
        where TOperation : struct, INumberOperation, IBinaryOperation
    {
        if (inputs.IsEmpty)
        {
            throw new KernelException("At least one tensor is expected.");
        }

        TensorElementType type = inputs[0].ElementType;
        Span<long> first = stackalloc long[BroadcastLayout.MaxRank];
        Span<long> second = stackalloc long[BroadcastLayout.MaxRank];
        int rank = BroadcastLayout.Shape(inputs[0].Shape, inputs[0].Shape, first);
        for (int i = 1; i < inputs.Length; i++)
        {
            BinaryOperators.CheckTypes(inputs[0], inputs[i]);
            rank = BroadcastLayout.Shape(first[..rank], inputs[i].Shape, second);
            second[..rank].CopyTo(first);
        }

        bool isHalf = HalfPrecision.Is(type);
        TensorValue total = isHalf ? context.Temporary(1) : result;
        total.Resize(isHalf ? TensorElementType.Float32 : type, first[..rank]);
        TensorValue start = HalfPrecision.Widen(context, inputs[0], 0);
        if (inputs.Length == 1)
        {
            total.CopyFrom(start);
        }

        for (int i = 1; i < inputs.Length; i++)
        {
            // From the second step on the result is an operand; both have all elements then.
            Step<TOperation>(context, i == 1 ? start : total, HalfPrecision.Widen(context, inputs[i], i == 1 ? 2 : 0), total);
        }

        if (isMean)
        {
            Divide(total, inputs.Length);
        }

        if (isHalf)
        {
            HalfPrecision.Narrow(total, result, type);
        }
    }

    private static void Step<TOperation>(KernelContext context, TensorValue x, TensorValue y, TensorValue z)
        where TOperation : struct, INumberOperation, IBinaryOperation
    {
        if (x.ElementType == TensorElementType.Float32)
        {
            Elementwise.BroadcastTo<TOperation>(context, x.Pointer<float>(), y.Pointer<float>(), z.Pointer<float>(), z.Shape, x.Shape, y.Shape);
        }
        else
        {
            BinaryOperators.RunInto<TOperation>(x, y, z);
        }
    }

    private static void Divide(TensorValue total, int count)
    {
        switch (total.ElementType)
        {
            case TensorElementType.Float32:
                for (long i = 0; i < total.Length; i++)
                {
                    total.Pointer<float>()[i] /= count;
                }

                break;
            case TensorElementType.Float64:
                for (long i = 0; i < total.Length; i++)
                {
                    total.Pointer<double>()[i] /= count;
                }

                break;
            default:
                throw new KernelException($"Real numbers are expected, not {total}.");
        }
    }
}
