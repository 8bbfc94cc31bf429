using System.Numerics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Chooses the loop for operators on two tensors with broadcasting: shape of the result, element type, 16-bit floats.</summary>
internal static unsafe class BinaryOperators
{
    /// <summary>A function that has a vector formula for float32.</summary>
    public static void RunVector<TOperation>(KernelContext context, TensorValue x, TensorValue y, TensorValue z)
        where TOperation : struct, INumberOperation, IBinaryOperation
    {
        CheckTypes(x, y);
        if (HalfPrecision.Is(x.ElementType))
        {
            TensorValue wide = context.Temporary(2);
            RunVector<TOperation>(context, HalfPrecision.Widen(context, x, 0), HalfPrecision.Widen(context, y, 1), wide);
            HalfPrecision.Narrow(wide, z, x.ElementType);
        }
        else if (x.ElementType == TensorElementType.Float32)
        {
            ResizeResult(x, y, z, TensorElementType.Float32);
            Elementwise.BroadcastTo<TOperation>(context, x.Pointer<float>(), y.Pointer<float>(), z.Pointer<float>(), z.Shape, x.Shape, y.Shape);
        }
        else
        {
            RunNumber<TOperation>(context, x, y, z);
        }
    }

    /// <summary>A function on any numbers.</summary>
    public static void RunNumber<TOperation>(KernelContext context, TensorValue x, TensorValue y, TensorValue z)
        where TOperation : struct, INumberOperation
    {
        CheckTypes(x, y);
        if (HalfPrecision.Is(x.ElementType))
        {
            TensorValue wide = context.Temporary(2);
            RunNumber<TOperation>(context, HalfPrecision.Widen(context, x, 0), HalfPrecision.Widen(context, y, 1), wide);
            HalfPrecision.Narrow(wide, z, x.ElementType);
            return;
        }

        ResizeResult(x, y, z, x.ElementType);
        RunInto<TOperation>(x, y, z);
    }

    /// <summary>A function on any numbers but 16-bit floats, for a result whose shape is set.</summary>
    public static void RunInto<TOperation>(TensorValue x, TensorValue y, TensorValue z)
        where TOperation : struct, INumberOperation
    {
        switch (x.ElementType)
        {
            case TensorElementType.Float32:
                Number<TOperation, float>(x, y, z);
                break;
            case TensorElementType.Float64:
                Number<TOperation, double>(x, y, z);
                break;
            case TensorElementType.Int64:
                Number<TOperation, long>(x, y, z);
                break;
            case TensorElementType.Int32:
                Number<TOperation, int>(x, y, z);
                break;
            case TensorElementType.Int16:
                Number<TOperation, short>(x, y, z);
                break;
            case TensorElementType.Int8:
                Number<TOperation, sbyte>(x, y, z);
                break;
            case TensorElementType.UInt64:
                Number<TOperation, ulong>(x, y, z);
                break;
            case TensorElementType.UInt32:
                Number<TOperation, uint>(x, y, z);
                break;
            case TensorElementType.UInt16:
                Number<TOperation, ushort>(x, y, z);
                break;
            case TensorElementType.UInt8:
                Number<TOperation, byte>(x, y, z);
                break;
            default:
                throw NotNumbers(x);
        }
    }

    /// <summary>A comparison of numbers.</summary>
    public static void Compare<TComparison>(KernelContext context, TensorValue x, TensorValue y, TensorValue z)
        where TComparison : struct, IComparison
    {
        CheckTypes(x, y);
        x = HalfPrecision.Widen(context, x, 0);
        y = HalfPrecision.Widen(context, y, 1);
        ResizeResult(x, y, z, TensorElementType.Bool);
        switch (x.ElementType)
        {
            case TensorElementType.Float32:
                Comparison<TComparison, float>(x, y, z);
                break;
            case TensorElementType.Float64:
                Comparison<TComparison, double>(x, y, z);
                break;
            case TensorElementType.Int64:
                Comparison<TComparison, long>(x, y, z);
                break;
            case TensorElementType.Int32:
                Comparison<TComparison, int>(x, y, z);
                break;
            case TensorElementType.Int16:
                Comparison<TComparison, short>(x, y, z);
                break;
            case TensorElementType.Int8:
                Comparison<TComparison, sbyte>(x, y, z);
                break;
            case TensorElementType.UInt64:
                Comparison<TComparison, ulong>(x, y, z);
                break;
            case TensorElementType.UInt32:
                Comparison<TComparison, uint>(x, y, z);
                break;
            case TensorElementType.UInt16:
                Comparison<TComparison, ushort>(x, y, z);
                break;
            case TensorElementType.UInt8 or TensorElementType.Bool:
                Comparison<TComparison, byte>(x, y, z);
                break;
            default:
                throw NotNumbers(x);
        }
    }

    /// <summary>Gives the result the shape of both operands together.</summary>
    /// <exception cref="KernelException">The shapes don't fit each other.</exception>
    public static void ResizeResult(TensorValue x, TensorValue y, TensorValue z, TensorElementType type)
    {
        Span<long> shape = stackalloc long[BroadcastLayout.MaxRank];
        int rank = BroadcastLayout.Shape(x.Shape, y.Shape, shape);
        z.Resize(type, shape[..rank]);
    }

    /// <summary>Refuses operands of two types.</summary>
    public static void CheckTypes(TensorValue x, TensorValue y)
    {
        if (x.ElementType != y.ElementType)
        {
            throw new KernelException($"The operands have two types: {x} and {y}.");
        }
    }

    /// <summary>What to throw for a tensor without numbers.</summary>
    public static KernelException NotNumbers(TensorValue x) => new($"Numbers are expected, not {x}.");

    private static void Number<TOperation, T>(TensorValue x, TensorValue y, TensorValue z)
        where TOperation : struct, INumberOperation
        where T : unmanaged, INumber<T> => BroadcastLoop.Run<BroadcastLoop.Number<TOperation, T>, T, T>(x, y, z);

    private static void Comparison<TComparison, T>(TensorValue x, TensorValue y, TensorValue z)
        where TComparison : struct, IComparison
        where T : unmanaged, INumber<T> => BroadcastLoop.Run<BroadcastLoop.Comparison<TComparison, T>, T, bool>(x, y, z);
}
