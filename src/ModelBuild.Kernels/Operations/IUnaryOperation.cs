namespace ModelBuild.Kernels.Operations;

/// <summary>A function of one number, for the loops of <see cref="Elementwise"/>.</summary>
public interface IUnaryOperation
{
    /// <summary>Whether the function is a few instructions, so that a loop is worth unrolling.</summary>
    static abstract bool IsShort { get; }

    /// <summary>The function.</summary>
    /// <param name="x">Argument.</param>
    /// <param name="alpha">First parameter of the function, where it has one.</param>
    /// <param name="beta">Second parameter of the function, where it has one.</param>
    static abstract T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T>;
}
