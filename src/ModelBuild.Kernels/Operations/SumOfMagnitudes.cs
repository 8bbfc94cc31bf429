using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Sum of the magnitudes.</summary>
public readonly struct SumOfMagnitudes : IReduction
{
    /// <inheritdoc/>
    public static float Identity => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Accumulate<T>(T total, T x)
        where T : struct, IFloatVector<T> => total + (x ^ (x & T.Create(-0f)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T x, T y)
        where T : struct, IFloatVector<T> => x + y;
}
