using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>log(1 + exp(x))</c>.</summary>
public readonly struct Softplus : IUnaryOperation, IDoubleOperation
{
    /// <inheritdoc/>
    public static bool IsShort => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => T.Max(T.Create(0f), x) + VectorMath.Log1PUnit(VectorMath.Exp(x | T.Create(-0f)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double IDoubleOperation.Invoke(double x, double alpha, double beta) => DoubleMath.Softplus(x);
}
