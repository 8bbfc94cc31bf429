namespace ModelBuild.Kernels;

/// <summary>The data of a call is not what an operator accepts, such as an index beyond the end. The caller adds the layer's name.</summary>
public sealed class KernelException : Exception
{
    /// <summary>Makes the exception.</summary>
    public KernelException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong, with the sizes and values that contradict each other.</param>
    public KernelException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong, with the sizes and values that contradict each other.</param>
    /// <param name="innerException">What was thrown below.</param>
    public KernelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
