using System.Numerics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>The activation functions of recurrent layers.</summary>
internal enum RecurrentFunctionKind
{
    /// <summary><c>1 / (1 + exp(-x))</c>.</summary>
    Sigmoid,
    /// <summary><c>tanh(x)</c>.</summary>
    Tanh,
    /// <summary><c>max(x, 0)</c>.</summary>
    Relu,
    /// <summary><c>alpha * x + beta</c>.</summary>
    Affine,
    /// <summary><c>x &lt; 0 ? alpha * x : x</c>.</summary>
    LeakyRelu,
    /// <summary><c>x &lt; alpha ? 0 : x</c>.</summary>
    ThresholdedRelu,
    /// <summary><c>alpha * tanh(beta * x)</c>.</summary>
    ScaledTanh,
    /// <summary><c>max(0, min(1, alpha * x + beta))</c>.</summary>
    HardSigmoid,
    /// <summary><c>x &lt; 0 ? alpha * (exp(x) - 1) : x</c>.</summary>
    Elu,
    /// <summary><c>x / (1 + |x|)</c>.</summary>
    Softsign,
    /// <summary><c>log(1 + exp(x))</c>.</summary>
    Softplus,
}

/// <summary>An activation function of a recurrent layer with its parameters.</summary>
/// <param name="Kind">The function.</param>
/// <param name="Alpha">First parameter.</param>
/// <param name="Beta">Second parameter.</param>
internal readonly record struct RecurrentFunction(RecurrentFunctionKind Kind, float Alpha, float Beta)
{
    /// <summary>Reads the attributes of a layer. <c>activation_alpha</c> and <c>activation_beta</c> are taken in order by the functions that have such a parameter.</summary>
    /// <param name="names">Functions of each direction after those of the one before; the defaults when empty.</param>
    /// <param name="alphas">First parameters.</param>
    /// <param name="betas">Second parameters.</param>
    /// <param name="defaults">Functions of a direction when none are given.</param>
    /// <param name="functions">What was read, for every direction.</param>
    /// <exception cref="KernelException">There are too few names or an unknown one.</exception>
    public static void Read(ReadOnlySpan<string> names, ReadOnlySpan<float> alphas, ReadOnlySpan<float> betas, ReadOnlySpan<RecurrentFunctionKind> defaults, Span<RecurrentFunction> functions)
    {
        if (names.Length != 0 && names.Length != functions.Length)
        {
            throw new KernelException($"{names.Length} activations are given where {functions.Length} are needed.");
        }

        for (int i = 0; i < functions.Length; i++)
        {
            RecurrentFunctionKind kind = names.Length == 0 ? defaults[i % defaults.Length] : Parse(names[i]);
            (float alpha, float beta, bool hasAlpha, bool hasBeta) = kind switch
            {
                RecurrentFunctionKind.Affine => (1f, 0f, true, true),
                RecurrentFunctionKind.LeakyRelu => (0.01f, 0f, true, false),
                RecurrentFunctionKind.ThresholdedRelu => (1f, 0f, true, false),
                RecurrentFunctionKind.ScaledTanh => (1f, 1f, true, true),
                RecurrentFunctionKind.HardSigmoid => (0.2f, 0.5f, true, true),
                RecurrentFunctionKind.Elu => (1f, 0f, true, false),
                _ => (0f, 0f, false, false),
            };
            if (hasAlpha && alphas.Length > 0)
            {
                alpha = alphas[0];
                alphas = alphas[1..];
            }

            if (hasBeta && betas.Length > 0)
            {
                beta = betas[0];
                betas = betas[1..];
            }

            functions[i] = new RecurrentFunction(kind, alpha, beta);
        }
    }

    /// <summary>Limits elements and applies the function to them.</summary>
    /// <param name="x">Arguments, replaced by results.</param>
    /// <param name="length">How many.</param>
    /// <param name="clip">Arguments are limited to plus and minus this; infinity for no limit.</param>
    public unsafe void Apply<T>(T* x, long length, T clip)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (clip < T.PositiveInfinity)
        {
            for (long i = 0; i < length; i++)
            {
                x[i] = x[i] > clip ? clip : x[i] < -clip ? -clip : x[i];
            }
        }

        if (typeof(T) == typeof(float) && Kind == RecurrentFunctionKind.Sigmoid)
        {
            UnaryLoop.Run<Sigmoid>((float*)x, (float*)x, length, 0, 0);
            return;
        }

        if (typeof(T) == typeof(float) && Kind == RecurrentFunctionKind.Tanh)
        {
            UnaryLoop.Run<Tanh>((float*)x, (float*)x, length, 0, 0);
            return;
        }

        T alpha = T.CreateTruncating(Alpha);
        T beta = T.CreateTruncating(Beta);
        for (long i = 0; i < length; i++)
        {
            x[i] = Apply(x[i], alpha, beta);
        }
    }

    private T Apply<T>(T x, T alpha, T beta)
        where T : unmanaged, IFloatingPointIeee754<T> => Kind switch
        {
            RecurrentFunctionKind.Sigmoid => T.One / (T.One + T.Exp(-x)),
            RecurrentFunctionKind.Tanh => T.Tanh(x),
            RecurrentFunctionKind.Relu => x > T.Zero ? x : T.Zero,
            RecurrentFunctionKind.Affine => (alpha * x) + beta,
            RecurrentFunctionKind.LeakyRelu => x < T.Zero ? alpha * x : x,
            RecurrentFunctionKind.ThresholdedRelu => x < alpha ? T.Zero : x,
            RecurrentFunctionKind.ScaledTanh => alpha * T.Tanh(beta * x),
            RecurrentFunctionKind.HardSigmoid => T.Max(T.Zero, T.Min(T.One, (alpha * x) + beta)),
            RecurrentFunctionKind.Elu => x < T.Zero ? alpha * T.ExpM1(x) : x,
            RecurrentFunctionKind.Softsign => x / (T.One + T.Abs(x)),
            _ => x > T.Zero ? x + T.LogP1(T.Exp(-x)) : T.LogP1(T.Exp(x)),
        };

    private static RecurrentFunctionKind Parse(string name)
    {
        if (Enum.TryParse(name, ignoreCase: true, out RecurrentFunctionKind kind) && char.IsAsciiLetter(name[0]))
        {
            return kind;
        }

        throw new KernelException($"There is no activation function '{name}'.");
    }
}
