using System.Numerics;

namespace ModelBuild.Kernels.Operations;

/// <summary>A function of two numbers of any type.</summary>
internal interface INumberOperation
{
    /// <summary>The function. Integers wrap.</summary>
    static abstract T Invoke<T>(T x, T y)
        where T : unmanaged, INumber<T>;
}
