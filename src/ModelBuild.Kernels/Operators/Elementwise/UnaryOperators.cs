using System.Numerics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Chooses the loop for operators on one tensor: element type, 16-bit floats.</summary>
internal static unsafe class UnaryOperators
{
    /// <summary>A function of real numbers that has a vector formula for float32.</summary>
    public static void RunVector<TOperation>(KernelContext context, TensorValue x, TensorValue y, float alpha = 0, float beta = 0)
        where TOperation : struct, IUnaryOperation, IDoubleOperation
    {
        if (HalfPrecision.Is(x.ElementType))
        {
            TensorValue wide = context.Temporary(1);
            RunVector<TOperation>(context, HalfPrecision.Widen(context, x, 0), wide, alpha, beta);
            HalfPrecision.Narrow(wide, y, x.ElementType);
        }
        else if (x.ElementType == TensorElementType.Float32)
        {
            y.Resize(TensorElementType.Float32, x.Shape);
            Elementwise.Unary<TOperation>(context, x.Pointer<float>(), y.Pointer<float>(), x.Length, alpha, beta);
        }
        else
        {
            RunDouble<TOperation>(context, x, y, alpha, beta);
        }
    }

    /// <summary>A function of real numbers, computed in double precision.</summary>
    public static void RunDouble<TOperation>(KernelContext context, TensorValue x, TensorValue y, float alpha = 0, float beta = 0)
        where TOperation : struct, IDoubleOperation
    {
        TensorElementType type = x.ElementType;
        if (HalfPrecision.Is(type))
        {
            TensorValue wide = context.Temporary(1);
            RunDouble<TOperation>(context, HalfPrecision.Widen(context, x, 0), wide, alpha, beta);
            HalfPrecision.Narrow(wide, y, type);
            return;
        }

        y.Resize(type, x.Shape);
        if (type == TensorElementType.Float32)
        {
            float* source = x.Pointer<float>();
            float* destination = y.Pointer<float>();
            for (long i = 0; i < x.Length; i++)
            {
                destination[i] = (float)TOperation.Invoke(source[i], alpha, beta);
            }
        }
        else if (type == TensorElementType.Float64)
        {
            double* source = x.Pointer<double>();
            double* destination = y.Pointer<double>();
            for (long i = 0; i < x.Length; i++)
            {
                destination[i] = TOperation.Invoke(source[i], alpha, beta);
            }
        }
        else
        {
            throw new KernelException($"Real numbers are expected, not {x}.");
        }
    }

    /// <summary>A function of any numbers.</summary>
    public static void RunNumber<TFunction>(KernelContext context, TensorValue x, TensorValue y)
        where TFunction : struct, INumberFunction
    {
        if (HalfPrecision.Is(x.ElementType))
        {
            TensorValue wide = context.Temporary(1);
            RunNumber<TFunction>(context, HalfPrecision.Widen(context, x, 0), wide);
            HalfPrecision.Narrow(wide, y, x.ElementType);
            return;
        }

        y.Resize(x.ElementType, x.Shape);
        switch (x.ElementType)
        {
            case TensorElementType.Float32:
                Loop<TFunction, float>(x, y);
                break;
            case TensorElementType.Float64:
                Loop<TFunction, double>(x, y);
                break;
            case TensorElementType.Int64:
                Loop<TFunction, long>(x, y);
                break;
            case TensorElementType.Int32:
                Loop<TFunction, int>(x, y);
                break;
            case TensorElementType.Int16:
                Loop<TFunction, short>(x, y);
                break;
            case TensorElementType.Int8:
                Loop<TFunction, sbyte>(x, y);
                break;
            case TensorElementType.UInt64:
                Loop<TFunction, ulong>(x, y);
                break;
            case TensorElementType.UInt32:
                Loop<TFunction, uint>(x, y);
                break;
            case TensorElementType.UInt16:
                Loop<TFunction, ushort>(x, y);
                break;
            case TensorElementType.UInt8:
                Loop<TFunction, byte>(x, y);
                break;
            default:
                throw BinaryOperators.NotNumbers(x);
        }
    }

    /// <summary>Whether the numbers are floats of 16 to 64 bits.</summary>
    public static bool IsReal(TensorElementType type) =>
        type is TensorElementType.Float32 or TensorElementType.Float64 or TensorElementType.Float16 or TensorElementType.BFloat16;

    private static void Loop<TFunction, T>(TensorValue x, TensorValue y)
        where TFunction : struct, INumberFunction
        where T : unmanaged, INumber<T>
    {
        T* source = x.Pointer<T>();
        T* destination = y.Pointer<T>();
        for (long i = 0; i < x.Length; i++)
        {
            destination[i] = TFunction.Invoke(source[i]);
        }
    }
}
