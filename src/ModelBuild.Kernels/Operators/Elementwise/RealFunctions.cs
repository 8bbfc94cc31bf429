using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Functions of one real number, element by element. float32 follows the vector formulas, what has none is computed in double precision and rounded once.</summary>
public static class RealFunctions
{
    /// <summary><c>e^x</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="input">Real numbers.</param>
    /// <param name="output">Result.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Exp(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunVector<Exp>(context, input, output);

    /// <summary>Natural logarithm; NaN below 0.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Log(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunVector<Log>(context, input, output);

    /// <summary>Square root; NaN below 0.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Sqrt(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunVector<Sqrt>(context, input, output);

    /// <summary><c>1 / x</c>.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Reciprocal(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunVector<Reciprocal>(context, input, output);

    /// <summary>Error function.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Erf(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunVector<Erf>(context, input, output);

    /// <summary>Sine.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Sin(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Sin>(context, input, output);

    /// <summary>Cosine.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Cos(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Cos>(context, input, output);

    /// <summary>Tangent.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Tan(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Tan>(context, input, output);

    /// <summary>Arc sine.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Asin(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Asin>(context, input, output);

    /// <summary>Arc cosine.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Acos(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Acos>(context, input, output);

    /// <summary>Arc tangent.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Atan(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Atan>(context, input, output);

    /// <summary>Hyperbolic sine.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Sinh(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Sinh>(context, input, output);

    /// <summary>Hyperbolic cosine.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Cosh(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Cosh>(context, input, output);

    /// <summary>Hyperbolic tangent.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Tanh(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunVector<Tanh>(context, input, output);

    /// <summary>Inverse hyperbolic sine.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Asinh(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Asinh>(context, input, output);

    /// <summary>Inverse hyperbolic cosine.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Acosh(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Acosh>(context, input, output);

    /// <summary>Inverse hyperbolic tangent.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Atanh(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunDouble<Atanh>(context, input, output);

    /// <summary>Largest integer not above.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Floor(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunVector<Floor>(context, input, output);

    /// <summary>Smallest integer not below.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Ceil(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunVector<Ceiling>(context, input, output);

    /// <summary>Nearest integer, halves to even.</summary>
    /// <inheritdoc cref="Exp"/>
    public static void Round(KernelContext context, TensorValue input, [Output] TensorValue output) => UnaryOperators.RunVector<Round>(context, input, output);
}
