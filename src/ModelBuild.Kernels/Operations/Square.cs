using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>x * x</c>.</summary>
public readonly struct Square : IUnaryOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => x * x;
}
