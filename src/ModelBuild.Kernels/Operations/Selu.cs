using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>beta * (x &lt; 0 ? alpha * (exp(x) - 1) : x)</c>.</summary>
public readonly struct Selu : IUnaryOperation, IDoubleOperation
{
    /// <inheritdoc/>
    public static bool IsShort => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => beta * Elu.Invoke(x, alpha, beta);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double IDoubleOperation.Invoke(double x, double alpha, double beta) => beta * (x < 0 ? alpha * DoubleMath.ExpM1(x) : x);
}
