using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>x + y</c>.</summary>
public readonly struct Add : IBinaryOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T y)
        where T : struct, IFloatVector<T> => x + y;
}
