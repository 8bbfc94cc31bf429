using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>tanh(x)</c>.</summary>
public readonly struct Tanh : IUnaryOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => VectorMath.Tanh(x);
}
