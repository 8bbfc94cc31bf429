namespace ModelBuild.OnnxRuntime.Native;

/// <summary>ONNX Runtime refused something or can't be loaded. The message is its own, on one line.</summary>
/// <param name="code">Its <c>OrtErrorCode</c>.</param>
/// <param name="message">What it said.</param>
/// <param name="innerException">The cause.</param>
internal sealed class OrtException(OrtErrorCode code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The kind of error.</summary>
    public OrtErrorCode Code { get; } = code;
}

/// <summary>After the C API's enumeration of the same name.</summary>
internal enum OrtErrorCode
{
    /// <summary>No error.</summary>
    Ok = 0,
    /// <summary>Any error without a code of its own.</summary>
    Fail = 1,
    /// <summary>An argument or an input is not valid.</summary>
    InvalidArgument = 2,
    /// <summary>A file does not exist.</summary>
    NoSuchFile = 3,
    /// <summary>There is no model.</summary>
    NoModel = 4,
    /// <summary>Defect of ONNX Runtime.</summary>
    EngineError = 5,
    /// <summary>An exception while running.</summary>
    RuntimeException = 6,
    /// <summary>The file is not a protocol buffer of a model.</summary>
    InvalidProtobuf = 7,
    /// <summary>The model is loaded already.</summary>
    ModelLoaded = 8,
    /// <summary>No kernel for an operator.</summary>
    NotImplemented = 9,
    /// <summary>The graph is not valid.</summary>
    InvalidGraph = 10,
    /// <summary>An execution provider failed.</summary>
    ExecutionProviderFail = 11,
    /// <summary>Loading was cancelled.</summary>
    ModelLoadCanceled = 12,
    /// <summary>A model must be compiled first.</summary>
    ModelRequiresCompilation = 13,
    /// <summary>Something was not found.</summary>
    NotFound = 14,

    /// <summary>The native library is missing or too old; not a code of the C API.</summary>
    LibraryNotUsable = -1,
}
