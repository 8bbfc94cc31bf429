using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Sine.</summary>
internal readonly struct Sin : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Sin(x);
}
