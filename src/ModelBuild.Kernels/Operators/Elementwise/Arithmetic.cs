using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Arithmetic of two tensors, with broadcasting. Integers wrap; a division by 0 gives 0 for integers and what IEEE 754 says for floats.</summary>
public static class Arithmetic
{
    /// <summary><c>a + b</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="a">Numbers.</param>
    /// <param name="b">Numbers of the same type.</param>
    /// <param name="c">Result.</param>
    /// <exception cref="KernelException">Types or shapes don't fit each other.</exception>
    public static void Add(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue c) => BinaryOperators.RunVector<Add>(context, a, b, c);

    /// <summary><c>a - b</c>.</summary>
    /// <inheritdoc cref="Add"/>
    public static void Sub(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue c) => BinaryOperators.RunVector<Subtract>(context, a, b, c);

    /// <summary><c>a * b</c>.</summary>
    /// <inheritdoc cref="Add"/>
    public static void Mul(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue c) => BinaryOperators.RunVector<Multiply>(context, a, b, c);

    /// <summary><c>a / b</c>; of integers cut towards zero.</summary>
    /// <inheritdoc cref="Add"/>
    public static void Div(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue c) => BinaryOperators.RunVector<Divide>(context, a, b, c);

    /// <summary>Remainder of <c>a / b</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="a">Numbers.</param>
    /// <param name="b">Numbers of the same type.</param>
    /// <param name="c">Result.</param>
    /// <param name="fmod">0 for the sign of the divisor, 1 for that of the dividend.</param>
    /// <exception cref="KernelException">Types or shapes don't fit each other.</exception>
    public static void Mod(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue c, long fmod = 0)
    {
        if (fmod != 0)
        {
            BinaryOperators.RunNumber<Remainder>(context, a, b, c);
        }
        else
        {
            BinaryOperators.RunNumber<Modulo>(context, a, b, c);
        }
    }

    /// <summary><c>x &lt; 0 ? x * slope : x</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="slope">Numbers of the same type, of a shape that fits that of <paramref name="x"/>.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">Types or shapes don't fit each other.</exception>
    public static void PRelu(KernelContext context, TensorValue x, TensorValue slope, [Output] TensorValue y) => BinaryOperators.RunVector<PRelu>(context, x, slope, y);
}
