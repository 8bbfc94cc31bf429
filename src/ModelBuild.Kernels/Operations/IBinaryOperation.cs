namespace ModelBuild.Kernels.Operations;

/// <summary>A function of two numbers, for the loops of <see cref="Elementwise"/>.</summary>
public interface IBinaryOperation
{
    /// <summary>The function.</summary>
    static abstract T Invoke<T>(T x, T y)
        where T : struct, IFloatVector<T>;
}
