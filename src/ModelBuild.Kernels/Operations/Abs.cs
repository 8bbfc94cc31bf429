using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Magnitude.</summary>
public readonly struct Abs : IUnaryOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => x ^ (x & T.Create(-0f));
}
