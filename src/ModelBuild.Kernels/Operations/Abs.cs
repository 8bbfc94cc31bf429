using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Magnitude.</summary>
public readonly struct Abs : IUnaryOperation, IDoubleOperation, INumberFunction
{
    /// <inheritdoc/>
    public static bool IsShort => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => x ^ (x & T.Create(-0f));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double IDoubleOperation.Invoke(double x, double alpha, double beta) => Math.Abs(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T INumberFunction.Invoke<T>(T x) => T.IsNegative(x) ? -x : x;
}
