using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Inverse hyperbolic sine.</summary>
internal readonly struct Asinh : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Asinh(x);
}
