using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Arc tangent.</summary>
internal readonly struct Atan : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Atan(x);
}
