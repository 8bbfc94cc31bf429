using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>The largest number; NaN where one is NaN.</summary>
public readonly struct MaximumOf : IReduction
{
    /// <inheritdoc/>
    public static float Identity => float.NegativeInfinity;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Accumulate<T>(T total, T x)
        where T : struct, IFloatVector<T> => Maximum.Invoke(total, x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T x, T y)
        where T : struct, IFloatVector<T> => Maximum.Invoke(x, y);
}
