namespace ModelBuild.Formats;

/// <summary>How to write a model.</summary>
public sealed record ModelWriteOptions
{
    /// <summary>Whether weights go to a file beside the model. Null: only when the file would exceed 1.5 GB.</summary>
    public bool? ExternalData { get; init; }

    /// <summary>Alignment of each tensor in the external file.</summary>
    public int ExternalDataAlignment { get; init; } = 4096;

    /// <summary>Tensors of fewer bytes stay in the model file. ONNX Runtime needs shapes and axes there, so keep it above their size.</summary>
    public int ExternalDataThreshold { get; init; } = 1024;

    /// <summary>Stops the writing; nothing is left behind then.</summary>
    public CancellationToken Cancellation { get; init; }
}
