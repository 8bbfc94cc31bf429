namespace ModelBuild.Kernels.Operations;

/// <summary>A function of two elements, for <see cref="BroadcastLoop"/>.</summary>
/// <typeparam name="T">Type of the elements.</typeparam>
/// <typeparam name="TResult">Type of the result.</typeparam>
internal interface IElementFunction<T, TResult>
{
    /// <summary>The function.</summary>
    static abstract TResult Invoke(T x, T y);
}
