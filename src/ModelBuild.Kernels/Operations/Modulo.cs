using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Remainder with the sign of the divisor; of integers 0 where it is 0.</summary>
internal readonly struct Modulo : INumberOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T y)
        where T : unmanaged, INumber<T>
    {
        T remainder = Remainder.Invoke(x, y);
        return remainder != T.Zero && T.IsNegative(remainder) != T.IsNegative(y) ? remainder + y : remainder;
    }
}
