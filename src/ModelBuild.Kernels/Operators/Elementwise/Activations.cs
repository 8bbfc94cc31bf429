using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Activation functions, element by element.</summary>
public static class Activations
{
    /// <summary><c>x &lt; 0 ? alpha * x : x</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <param name="alpha">Slope.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void LeakyRelu(KernelContext context, TensorValue x, [Output] TensorValue y, float alpha = 0.01f) =>
        UnaryOperators.RunVector<LeakyRelu>(context, x, y, alpha);

    /// <summary><c>x &gt; alpha ? x : 0</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <param name="alpha">Threshold.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void ThresholdedRelu(KernelContext context, TensorValue x, [Output] TensorValue y, float alpha = 1) =>
        UnaryOperators.RunVector<ThresholdedRelu>(context, x, y, alpha);

    /// <summary><c>gamma * (x &lt; 0 ? alpha * (exp(x) - 1) : x)</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <param name="alpha">Scale of the exponential.</param>
    /// <param name="gamma">Scale of all.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Selu(KernelContext context, TensorValue x, [Output] TensorValue y, float alpha = 1.67326319217681884765625f, float gamma = 1.05070102214813232421875f) =>
        UnaryOperators.RunVector<Selu>(context, x, y, alpha, gamma);

    /// <summary><c>x &lt; 0 ? alpha * (exp(x) - 1) : x</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <param name="alpha">Scale of the exponential.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Elu(KernelContext context, TensorValue x, [Output] TensorValue y, float alpha = 1) =>
        UnaryOperators.RunVector<Elu>(context, x, y, alpha);

    /// <summary><c>x &lt; 0 ? alpha * (exp(x / alpha) - 1) : x</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <param name="alpha">Scale of the exponential.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Celu(KernelContext context, TensorValue x, [Output] TensorValue y, float alpha = 1) =>
        UnaryOperators.RunVector<Celu>(context, x, y, alpha);

    /// <summary><c>max(0, min(1, alpha * x + beta))</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <param name="alpha">Slope.</param>
    /// <param name="beta">Value at 0.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void HardSigmoid(KernelContext context, TensorValue x, [Output] TensorValue y, float alpha = 0.2f, float beta = 0.5f) =>
        UnaryOperators.RunVector<HardSigmoid>(context, x, y, alpha, beta);

    /// <summary><c>x * max(0, min(1, x / 6 + 1/2))</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void HardSwish(KernelContext context, TensorValue x, [Output] TensorValue y) =>
        UnaryOperators.RunVector<HardSwish>(context, x, y, 1f / 6, 0.5f);

    /// <summary><c>1 / (1 + exp(-x))</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Sigmoid(KernelContext context, TensorValue x, [Output] TensorValue y) =>
        UnaryOperators.RunVector<Sigmoid>(context, x, y);

    /// <summary><c>log(1 + exp(x))</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Softplus(KernelContext context, TensorValue x, [Output] TensorValue y) =>
        UnaryOperators.RunVector<Softplus>(context, x, y);

    /// <summary><c>x / (1 + |x|)</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Softsign(KernelContext context, TensorValue x, [Output] TensorValue y) =>
        UnaryOperators.RunVector<Softsign>(context, x, y);

    /// <summary><c>x * tanh(log(1 + exp(x)))</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Mish(KernelContext context, TensorValue x, [Output] TensorValue y) =>
        UnaryOperators.RunVector<Mish>(context, x, y);

    /// <summary><c>x * sigmoid(alpha * x)</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <param name="alpha">Scale within the sigmoid.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Swish(KernelContext context, TensorValue x, [Output] TensorValue y, float alpha = 1) =>
        UnaryOperators.RunVector<Silu>(context, x, y, alpha);

    /// <summary><c>max(x, 0)</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers, integers too.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Relu(KernelContext context, TensorValue x, [Output] TensorValue y)
    {
        if (UnaryOperators.IsReal(x.ElementType))
        {
            UnaryOperators.RunVector<Relu>(context, x, y);
        }
        else
        {
            UnaryOperators.RunNumber<Relu>(context, x, y);
        }
    }

    /// <summary><c>x</c> times the normal distribution's cumulative function.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Real numbers.</param>
    /// <param name="y">Result.</param>
    /// <param name="approximate"><c>none</c> for the error function, <c>tanh</c> for the approximation with a hyperbolic tangent.</param>
    /// <exception cref="KernelException">The type or the approximation is another.</exception>
    public static void Gelu(KernelContext context, TensorValue x, [Output] TensorValue y, string approximate = "none")
    {
        switch (approximate)
        {
            case "none":
                UnaryOperators.RunVector<Gelu>(context, x, y);
                break;
            case "tanh":
                UnaryOperators.RunVector<GeluTanh>(context, x, y);
                break;
            default:
                throw new KernelException($"The approximation of Gelu is none or tanh, not {approximate}.");
        }
    }
}
