namespace ModelBuild.Kernels;

/// <summary>What a convolution does with its sums: bounds that the microkernels apply themselves, or a function that follows them.</summary>
internal readonly struct ConvolutionFinish
{
    private readonly Activation _activation;
    private readonly float _alpha;
    private readonly float _beta;

    public ConvolutionFinish(Activation activation, float alpha, float beta)
    {
        _activation = activation;
        _alpha = alpha;
        _beta = beta;
        Clamps = activation is Activation.Relu or Activation.Clip;
        Minimum = activation == Activation.Clip ? alpha : 0;
        Maximum = activation == Activation.Clip ? beta : float.PositiveInfinity;
    }

    /// <summary>Whether the microkernels do it all with bounds.</summary>
    public bool Clamps { get; }

    /// <summary>Lower bound.</summary>
    public float Minimum { get; }

    /// <summary>Upper bound.</summary>
    public float Maximum { get; }

    /// <summary>Whether <see cref="Apply"/> has to follow.</summary>
    public bool Follows => !Clamps && _activation != Activation.None;

    /// <summary>Applies the function in place where the microkernels did not.</summary>
    public unsafe void Apply(float* y, long length)
    {
        if (Follows)
        {
            ActivationFunctions.Apply(_activation, _alpha, _beta, y, y, length);
        }
    }

    /// <summary>Applies function or bounds in place, for sums that no microkernel finished.</summary>
    public unsafe void ApplyAll(float* y, long length)
    {
        if (_activation != Activation.None)
        {
            ActivationFunctions.Apply(_activation, _alpha, _beta, y, y, length);
        }
    }
}
