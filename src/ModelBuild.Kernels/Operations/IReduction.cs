namespace ModelBuild.Kernels.Operations;

/// <summary>A way to make one number of many, for <see cref="Reduce"/>.</summary>
public interface IReduction
{
    /// <summary>Result for no numbers; taking it in as a number changes nothing.</summary>
    static abstract float Identity { get; }

    /// <summary>Takes one number in.</summary>
    static abstract T Accumulate<T>(T total, T x)
        where T : struct, IFloatVector<T>;

    /// <summary>Joins two results.</summary>
    static abstract T Combine<T>(T x, T y)
        where T : struct, IFloatVector<T>;
}
