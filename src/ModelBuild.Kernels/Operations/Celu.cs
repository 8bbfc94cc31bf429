using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>x &lt; 0 ? alpha * (exp(x / alpha) - 1) : x</c>.</summary>
public readonly struct Celu : IUnaryOperation, IDoubleOperation
{
    /// <inheritdoc/>
    public static bool IsShort => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => T.Select(T.LessThan(x, T.Create(0f)), alpha * VectorMath.ExpM1(x / alpha), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double IDoubleOperation.Invoke(double x, double alpha, double beta) => x < 0 ? alpha * DoubleMath.ExpM1(x / alpha) : x;
}
