using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Functions of one number of any type, element by element. Integers wrap.</summary>
public static unsafe class Numbers
{
    /// <summary>Magnitude.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Abs(KernelContext context, TensorValue x, [Output] TensorValue y) => Run<Abs>(context, x, y);

    /// <summary><c>-x</c>.</summary>
    /// <inheritdoc cref="Abs"/>
    public static void Neg(KernelContext context, TensorValue x, [Output] TensorValue y) => Run<Negate>(context, x, y);

    /// <summary>-1, 0 or 1.</summary>
    /// <inheritdoc cref="Abs"/>
    public static void Sign(KernelContext context, TensorValue x, [Output] TensorValue y) => UnaryOperators.RunNumber<Signum>(context, x, y);

    /// <summary>Whether a number is none.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Floats of 8 to 64 bits.</param>
    /// <param name="y">Truth values.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void IsNaN(KernelContext context, TensorValue x, [Output] TensorValue y)
    {
        x = FloatElements.Widen(context, x, 0);
        y.Resize(TensorElementType.Bool, x.Shape);
        bool* result = y.Pointer<bool>();
        for (long i = 0; i < x.Length; i++)
        {
            result[i] = x.ElementType == TensorElementType.Float32 ? float.IsNaN(x.Pointer<float>()[i]) : double.IsNaN(x.Pointer<double>()[i]);
        }
    }

    /// <summary>Whether a number is infinite.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Floats of 8 to 64 bits.</param>
    /// <param name="y">Truth values.</param>
    /// <param name="detectNegative">Whether negative infinity counts.</param>
    /// <param name="detectPositive">Whether positive infinity counts.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void IsInf(KernelContext context, TensorValue x, [Output] TensorValue y, long detectNegative = 1, long detectPositive = 1)
    {
        x = FloatElements.Widen(context, x, 0);
        y.Resize(TensorElementType.Bool, x.Shape);
        bool* result = y.Pointer<bool>();
        for (long i = 0; i < x.Length; i++)
        {
            double value = x.ElementType == TensorElementType.Float32 ? x.Pointer<float>()[i] : x.Pointer<double>()[i];
            result[i] = (detectNegative != 0 && double.IsNegativeInfinity(value)) || (detectPositive != 0 && double.IsPositiveInfinity(value));
        }
    }

    private static void Run<TOperation>(KernelContext context, TensorValue x, TensorValue y)
        where TOperation : struct, INumberFunction, IUnaryOperation, IDoubleOperation
    {
        if (UnaryOperators.IsReal(x.ElementType))
        {
            UnaryOperators.RunVector<TOperation>(context, x, y);
        }
        else
        {
            UnaryOperators.RunNumber<TOperation>(context, x, y);
        }
    }
}
