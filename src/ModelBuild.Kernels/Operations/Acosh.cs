using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Inverse hyperbolic cosine.</summary>
internal readonly struct Acosh : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Acosh(x);
}
