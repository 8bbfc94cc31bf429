using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>0.5 * x * (1 + erf(x / sqrt(2)))</c>.</summary>
public readonly struct Gelu : IUnaryOperation, IDoubleOperation
{
    /// <inheritdoc/>
    public static bool IsShort => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T>
    {
        T half = x * T.Create(0.5f);
        return T.FusedMultiplyAdd(half, VectorMath.Erf(x * T.Create(0.707106781f)), half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double IDoubleOperation.Invoke(double x, double alpha, double beta) => 0.5 * x * (1 + DoubleMath.Erf(x / Math.Sqrt(2)));
}
