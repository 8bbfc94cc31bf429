using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>The larger one; NaN where one is NaN.</summary>
public readonly struct Maximum : IBinaryOperation, INumberOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T y)
        where T : struct, IFloatVector<T> => T.Select(T.Equal(x, x), T.Max(x, y), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T INumberOperation.Invoke<T>(T x, T y) => T.Max(x, y);
}
