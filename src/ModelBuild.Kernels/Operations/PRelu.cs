using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>x &lt; 0 ? x * y : x</c>.</summary>
public readonly struct PRelu : IBinaryOperation, INumberOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T y)
        where T : struct, IFloatVector<T> => T.Select(T.LessThan(x, T.Create(0f)), x * y, x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T INumberOperation.Invoke<T>(T x, T y) => x < T.Zero ? x * y : x;
}
