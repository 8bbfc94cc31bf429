using System.Numerics;

namespace ModelBuild.Kernels.Operations;

/// <summary>A function of one number of any type.</summary>
internal interface INumberFunction
{
    /// <summary>The function. Integers wrap.</summary>
    static abstract T Invoke<T>(T x)
        where T : unmanaged, INumber<T>;
}
