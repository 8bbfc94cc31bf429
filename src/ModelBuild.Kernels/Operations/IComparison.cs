using System.Numerics;

namespace ModelBuild.Kernels.Operations;

/// <summary>A question about two numbers of one type.</summary>
internal interface IComparison
{
    /// <summary>The answer; false where a number is NaN.</summary>
    static abstract bool Invoke<T>(T x, T y)
        where T : unmanaged, INumber<T>;
}
