namespace ModelBuild.Kernels;

/// <summary>The kernel function of a support vector machine.</summary>
internal readonly ref struct SupportVectorKernel
{
    private readonly string _type;
    private readonly double _gamma;
    private readonly double _offset;
    private readonly double _degree;

    /// <summary>Reads ONNX's name and parameters: gamma, offset, degree.</summary>
    /// <exception cref="KernelException">There is no such kernel.</exception>
    public SupportVectorKernel(string type, ReadOnlySpan<float> parameters)
    {
        _type = type is "LINEAR" or "POLY" or "RBF" or "SIGMOID" ? type : throw new KernelException($"There is no kernel_type '{type}'.");
        if (parameters.Length is not (0 or 3))
        {
            throw new KernelException($"A support vector machine has 3 kernel parameters, not {parameters.Length}.");
        }

        (_gamma, _offset, _degree) = parameters.Length == 0 ? (0, 0, 0) : (parameters[0], parameters[1], parameters[2]);
    }

    /// <summary>The kernel of an example and a support vector.</summary>
    public unsafe double Evaluate(double* features, ReadOnlySpan<float> vector)
    {
        double sum = 0;
        if (_type == "RBF")
        {
            for (int i = 0; i < vector.Length; i++)
            {
                double difference = features[i] - vector[i];
                sum += difference * difference;
            }

            return Math.Exp(-_gamma * sum);
        }

        for (int i = 0; i < vector.Length; i++)
        {
            sum += features[i] * vector[i];
        }

        return _type switch
        {
            "POLY" => Math.Pow((_gamma * sum) + _offset, _degree),
            "SIGMOID" => Math.Tanh((_gamma * sum) + _offset),
            _ => sum,
        };
    }
}
