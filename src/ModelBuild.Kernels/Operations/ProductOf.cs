using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Product.</summary>
public readonly struct ProductOf : IReduction
{
    /// <inheritdoc/>
    public static float Identity => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Accumulate<T>(T total, T x)
        where T : struct, IFloatVector<T> => total * x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T x, T y)
        where T : struct, IFloatVector<T> => x * y;
}
