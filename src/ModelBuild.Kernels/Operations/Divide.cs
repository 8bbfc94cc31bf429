using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>x / y</c>; integers towards zero, 0 where <c>y</c> is 0.</summary>
public readonly struct Divide : IBinaryOperation, INumberOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T y)
        where T : struct, IFloatVector<T> => x / y;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T INumberOperation.Invoke<T>(T x, T y)
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            return x / y;
        }

        // The processor refuses both the division by 0 and that of the smallest number by -1.
        return T.IsZero(y) ? T.Zero : T.IsNegative(y) && y + T.One == T.Zero ? T.Zero - x : x / y;
    }
}
