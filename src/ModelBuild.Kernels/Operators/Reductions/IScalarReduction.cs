using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>A way to make one number of many of any type, one after the other.</summary>
internal interface IScalarReduction
{
    /// <summary>Result for no numbers.</summary>
    static abstract T Start<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T>;

    /// <summary>Takes one number in. Integers wrap.</summary>
    static abstract T Next<T>(T total, T x)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>;
}
