namespace ModelBuild.Graphs;

/// <summary>A model or its data can't be used. The message says what, where and what to do; it is shown without a stack trace.</summary>
/// <param name="code">Diagnostic code, such as <c>MB1001</c>.</param>
/// <param name="message">What is wrong and what to do about it, in one line.</param>
/// <param name="path">The file at fault, or null when it is the one being worked on.</param>
/// <param name="innerException">The cause.</param>
public sealed class ModelException(string code, string message, string? path = null, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Diagnostic code.</summary>
    public string Code { get; } = code;

    /// <summary>The file at fault, or null when it is the one being worked on.</summary>
    public string? Path { get; } = path;
}
