using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>x &gt; y</c>.</summary>
internal readonly struct GreaterThan : IComparison
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Invoke<T>(T x, T y)
        where T : unmanaged, INumber<T> => x > y;
}
