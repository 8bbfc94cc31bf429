using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary>Arc cosine.</summary>
internal readonly struct Acos : IDoubleOperation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Invoke(double x, double alpha, double beta) => Math.Acos(x);
}
