using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Inverse hyperbolic tangent.</summary>
internal readonly struct Atanh : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Atanh(x);
}
