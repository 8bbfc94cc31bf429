using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Tangent.</summary>
internal readonly struct Tan : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Tan(x);
}
