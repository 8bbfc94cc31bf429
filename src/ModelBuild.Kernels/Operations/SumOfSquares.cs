using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Sum of the squares.</summary>
public readonly struct SumOfSquares : IReduction
{
    /// <inheritdoc/>
    public static float Identity => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Accumulate<T>(T total, T x)
        where T : struct, IFloatVector<T> => T.FusedMultiplyAdd(x, x, total);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T x, T y)
        where T : struct, IFloatVector<T> => x + y;
}
