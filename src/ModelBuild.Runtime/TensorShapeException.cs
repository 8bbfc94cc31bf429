namespace ModelBuild;

/// <summary>A tensor has another length or shape than the model takes (MB5001). The message names it, what was expected and what came.</summary>
public sealed class TensorShapeException : ArgumentException
{
    /// <summary>Describes the mismatch.</summary>
    /// <param name="tensorName">Name of the input or output in the model.</param>
    /// <param name="expected">What the model takes, such as <c>150528 elements [1,3,224,224]</c>.</param>
    /// <param name="actual">What came, such as <c>100 elements</c>.</param>
    /// <param name="message">The whole sentence.</param>
    public TensorShapeException(string tensorName, string expected, string actual, string message)
        : base(message)
    {
        TensorName = tensorName;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>Name of the input or output in the model.</summary>
    public string TensorName { get; }

    /// <summary>What the model takes.</summary>
    public string Expected { get; }

    /// <summary>What came.</summary>
    public string Actual { get; }
}
