using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Hyperbolic cosine.</summary>
internal readonly struct Cosh : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Cosh(x);
}
