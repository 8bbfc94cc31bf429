using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>-x</c>.</summary>
public readonly struct Negate : IUnaryOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => x ^ T.Create(-0f);
}
