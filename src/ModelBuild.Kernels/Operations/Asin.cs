using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Arc sine.</summary>
internal readonly struct Asin : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Asin(x);
}
