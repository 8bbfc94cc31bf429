using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>x = y</c>.</summary>
internal readonly struct EqualTo : IComparison
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Invoke<T>(T x, T y)
        where T : unmanaged, INumber<T> => x == y;
}
