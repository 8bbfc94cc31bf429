using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>x &lt; y</c>.</summary>
internal readonly struct LessThan : IComparison
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Invoke<T>(T x, T y)
        where T : unmanaged, INumber<T> => x < y;
}
