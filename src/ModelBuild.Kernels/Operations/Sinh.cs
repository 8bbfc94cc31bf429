using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Hyperbolic sine.</summary>
internal readonly struct Sinh : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Sinh(x);
}
