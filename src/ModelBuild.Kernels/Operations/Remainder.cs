using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Remainder with the sign of the dividend; of integers 0 where the divisor is 0.</summary>
internal readonly struct Remainder : INumberOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T y)
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            return x % y;
        }

        return T.IsZero(y) || (T.IsNegative(y) && y + T.One == T.Zero) ? T.Zero : x % y;
    }
}
