using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Natural logarithm.</summary>
public readonly struct Log : IUnaryOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => VectorMath.Log(x);
}
