namespace ModelBuild.Kernels;

/// <summary>What happens to a sum before it is stored: limits, which microkernels apply themselves, or a function, applied while the result is still in a cache.</summary>
internal unsafe struct Epilogue
{
    private readonly Activation _activation;
    private readonly float _alpha;
    private readonly float _beta;

    /// <summary>Makes the epilogue for an activation.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="alpha">Its first parameter.</param>
    /// <param name="beta">Its second parameter.</param>
    public Epilogue(Activation activation, float alpha, float beta)
    {
        _activation = activation;
        _alpha = alpha;
        _beta = beta;
        Minimum = activation switch
        {
            Activation.Relu => 0,
            Activation.Clip when !float.IsNaN(alpha) => alpha,
            _ => float.NegativeInfinity,
        };
        Maximum = activation == Activation.Clip && !float.IsNaN(beta) ? beta : float.PositiveInfinity;
        HasFunction = activation is not (Activation.None or Activation.Relu or Activation.Clip);
    }

    /// <summary>Lower limit.</summary>
    public float Minimum { get; }

    /// <summary>Upper limit.</summary>
    public float Maximum { get; }

    /// <summary>Whether <see cref="Apply"/> has something to do.</summary>
    public bool HasFunction { get; }

    /// <summary>Applies the function to some rows.</summary>
    public readonly void Apply(float* c, long stride, long rows, long columns)
    {
        for (long row = 0; row < rows; row++)
        {
            ActivationFunctions.Apply(_activation, _alpha, _beta, c, c, columns);
            c += stride;
        }
    }
}
