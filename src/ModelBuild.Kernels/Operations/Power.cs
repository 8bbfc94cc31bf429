using System.Numerics;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>x^y</c>. Of integers exact, wrapping; towards zero where <c>y</c> is negative, and 0 where <c>x</c> is 0 then.</summary>
internal readonly struct Power : INumberOperation
{
    /// <inheritdoc/>
    public static T Invoke<T>(T x, T y)
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            return T.CreateTruncating(Math.Pow(double.CreateTruncating(x), double.CreateTruncating(y)));
        }

        if (T.IsNegative(y))
        {
            return x == T.One || (x == -T.One && T.IsEvenInteger(y)) ? T.One : x == -T.One ? x : T.Zero;
        }

        T result = T.One;
        for (ulong exponent = ulong.CreateTruncating(y); exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result *= x;
            }

            x *= x;
        }

        return result;
    }
}
