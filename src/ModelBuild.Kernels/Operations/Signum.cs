using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>-1, 0 or 1; NaN stays.</summary>
internal readonly struct Signum : INumberFunction
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x)
        where T : unmanaged, INumber<T> => x > T.Zero ? T.One : x < T.Zero ? -T.One : x == T.Zero ? T.Zero : x;
}
