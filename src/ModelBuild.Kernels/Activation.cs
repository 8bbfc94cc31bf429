namespace ModelBuild.Kernels;

/// <summary>Function that a kernel applies to its result before it is stored.</summary>
public enum Activation
{
    /// <summary>None.</summary>
    None,
    /// <summary><c>max(x, 0)</c>.</summary>
    Relu,
    /// <summary><c>min(max(x, alpha), beta)</c>.</summary>
    Clip,
    /// <summary><c>x &lt; 0 ? alpha * x : x</c>.</summary>
    LeakyRelu,
    /// <summary><c>1 / (1 + exp(-x))</c>.</summary>
    Sigmoid,
    /// <summary><c>tanh(x)</c>.</summary>
    Tanh,
    /// <summary><c>x * sigmoid(x)</c>.</summary>
    Silu,
    /// <summary><c>x * max(0, min(1, x * alpha + beta))</c>.</summary>
    HardSwish,
    /// <summary><c>max(0, min(1, x * alpha + beta))</c>.</summary>
    HardSigmoid,
    /// <summary><c>0.5 * x * (1 + erf(x / sqrt(2)))</c>.</summary>
    Gelu,
    /// <summary><c>0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))</c>.</summary>
    GeluTanh,
}
