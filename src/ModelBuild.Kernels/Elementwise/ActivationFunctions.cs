using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>The functions that <see cref="Activation"/> names.</summary>
public static unsafe class ActivationFunctions
{
    /// <summary>Applies the function to a row. <paramref name="y"/> may be <paramref name="x"/>.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="alpha">Its first parameter, where it has one.</param>
    /// <param name="beta">Its second parameter, where it has one.</param>
    /// <param name="x">Arguments.</param>
    /// <param name="y">Results.</param>
    /// <param name="length">How many.</param>
    public static void Apply(Activation activation, float alpha, float beta, float* x, float* y, long length)
    {
        switch (activation)
        {
            case Activation.None:
                if (x != y)
                {
                    Buffer.MemoryCopy(x, y, length * sizeof(float), length * sizeof(float));
                }

                break;
            case Activation.Relu:
                UnaryLoop.Run<Relu>(x, y, length, alpha, beta);
                break;
            case Activation.Clip:
                UnaryLoop.Run<Clip>(x, y, length, alpha, beta);
                break;
            case Activation.LeakyRelu:
                UnaryLoop.Run<LeakyRelu>(x, y, length, alpha, beta);
                break;
            case Activation.Sigmoid:
                UnaryLoop.Run<Sigmoid>(x, y, length, alpha, beta);
                break;
            case Activation.Tanh:
                UnaryLoop.Run<Tanh>(x, y, length, alpha, beta);
                break;
            case Activation.Silu:
                UnaryLoop.Run<Silu>(x, y, length, 1, beta);
                break;
            case Activation.HardSwish:
                UnaryLoop.Run<HardSwish>(x, y, length, alpha, beta);
                break;
            case Activation.HardSigmoid:
                UnaryLoop.Run<HardSigmoid>(x, y, length, alpha, beta);
                break;
            case Activation.Gelu:
                UnaryLoop.Run<Gelu>(x, y, length, alpha, beta);
                break;
            case Activation.GeluTanh:
                UnaryLoop.Run<GeluTanh>(x, y, length, alpha, beta);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation));
        }
    }

    /// <summary>The function of one number; the same bits as in a row.</summary>
    public static float Apply(Activation activation, float alpha, float beta, float x)
    {
        Apply(activation, alpha, beta, &x, &x, 1);
        return x;
    }
}
