using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>The largest number; NaN does not count.</summary>
internal readonly struct LargestOf : IReduction
{
    /// <inheritdoc/>
    public static float Identity => float.NegativeInfinity;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Accumulate<T>(T total, T x)
        where T : struct, IFloatVector<T> => T.Max(x, total);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T x, T y)
        where T : struct, IFloatVector<T> => T.Max(x, y);
}
