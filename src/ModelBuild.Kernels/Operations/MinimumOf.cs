using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>The smallest number; NaN where one is NaN.</summary>
public readonly struct MinimumOf : IReduction
{
    /// <inheritdoc/>
    public static float Identity => float.PositiveInfinity;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Accumulate<T>(T total, T x)
        where T : struct, IFloatVector<T> => Minimum.Invoke(total, x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T x, T y)
        where T : struct, IFloatVector<T> => Minimum.Invoke(x, y);
}
