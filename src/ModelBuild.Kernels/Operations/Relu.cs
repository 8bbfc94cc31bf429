using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>max(x, 0)</c>; NaN stays.</summary>
public readonly struct Relu : IUnaryOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => T.Max(T.Create(0f), x);
}
