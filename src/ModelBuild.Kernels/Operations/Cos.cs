using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Cosine.</summary>
internal readonly struct Cos : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Cos(x);
}
