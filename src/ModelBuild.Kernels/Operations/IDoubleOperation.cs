namespace ModelBuild.Kernels.Operations;

/// <summary>A function of one number in double precision. Numbers of single precision that have no vector formula go through it too and are rounded once.</summary>
internal interface IDoubleOperation
{
    /// <summary>The function.</summary>
    /// <param name="x">Argument.</param>
    /// <param name="alpha">First parameter of the function, where it has one.</param>
    /// <param name="beta">Second parameter of the function, where it has one.</param>
    static abstract double Invoke(double x, double alpha, double beta);
}
