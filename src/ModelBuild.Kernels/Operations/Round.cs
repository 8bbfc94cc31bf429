using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Nearest integer, halves to even.</summary>
public readonly struct Round : IUnaryOperation, IDoubleOperation
{
    /// <inheritdoc/>
    public static bool IsShort => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => T.Round(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double IDoubleOperation.Invoke(double x, double alpha, double beta) => Math.Round(x);
}
