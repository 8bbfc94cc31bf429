using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>max(0, min(1, x * alpha + beta))</c>; NaN stays.</summary>
public readonly struct HardSigmoid : IUnaryOperation, IDoubleOperation
{
    /// <inheritdoc/>
    public static bool IsShort => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => T.Max(T.Create(0f), T.Min(T.Create(1f), T.FusedMultiplyAdd(x, alpha, beta)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double IDoubleOperation.Invoke(double x, double alpha, double beta) => Math.Max(0, Math.Min(1, (x * alpha) + beta));
}
