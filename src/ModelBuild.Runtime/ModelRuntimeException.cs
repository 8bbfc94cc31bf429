namespace ModelBuild;

/// <summary>A model can't be loaded or a call failed for a reason outside of the program's arguments. The message starts with the code and says what to do.</summary>
public sealed class ModelRuntimeException : Exception
{
    /// <summary>Describes the failure.</summary>
    /// <param name="code">Diagnostic code, such as <c>MB5004</c>.</param>
    /// <param name="message">What is wrong and what to do about it, in one line and without the code.</param>
    /// <param name="innerException">The cause.</param>
    public ModelRuntimeException(string code, string message, Exception? innerException = null)
        : base($"{code}: {message}", innerException) => Code = code;

    /// <summary>Diagnostic code.</summary>
    public string Code { get; }
}
