using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>1 / (1 + exp(-x))</c>.</summary>
public readonly struct Sigmoid : IUnaryOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => VectorMath.Sigmoid(x);
}
