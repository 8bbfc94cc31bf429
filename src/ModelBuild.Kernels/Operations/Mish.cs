using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>x * tanh(log(1 + exp(x)))</c>.</summary>
public readonly struct Mish : IUnaryOperation, IDoubleOperation
{
    /// <inheritdoc/>
    public static bool IsShort => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T>
    {
        // With e = exp(x) the hyperbolic tangent is n / (n + 2), n = e (e + 2); above 20 it is 1.
        T e = VectorMath.Exp(T.Min(T.Create(20f), x));
        T n = e * (e + T.Create(2f));
        return x * (n / (n + T.Create(2f)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double IDoubleOperation.Invoke(double x, double alpha, double beta) => x * Math.Tanh(DoubleMath.Softplus(x));
}
