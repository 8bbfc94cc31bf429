using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Smallest integer not below.</summary>
public readonly struct Ceiling : IUnaryOperation, IDoubleOperation
{
    /// <inheritdoc/>
    public static bool IsShort => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => T.Floor(x ^ T.Create(-0f)) ^ T.Create(-0f);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double IDoubleOperation.Invoke(double x, double alpha, double beta) => Math.Ceiling(x);
}
