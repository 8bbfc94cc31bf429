using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>What a file holds in its own format's terms.</summary>
/// <param name="Format">The format and its version, such as <c>TensorFlow Lite 3</c>.</param>
/// <param name="Producer">The program that wrote it, or empty.</param>
public sealed record FileSummary(string Format, string Producer)
{
    /// <summary>Signatures (or methods) that can be read, the default first; empty when there is no such choice.</summary>
    public IReadOnlyList<string> Signatures { get; init; } = [];

    /// <summary>Inputs of the default signature.</summary>
    public IReadOnlyList<SummarizedTensor> Inputs { get; init; } = [];

    /// <summary>Outputs of the default signature.</summary>
    public IReadOnlyList<SummarizedTensor> Outputs { get; init; } = [];

    /// <summary>How often each of the format's operators occurs.</summary>
    public SortedDictionary<string, int> Operators { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Weights.</summary>
    public IReadOnlyList<SummarizedTensor> Weights { get; init; } = [];

    /// <summary>What else is worth knowing, one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A tensor by name.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Type in the format's or ONNX's terms, such as <c>float32</c>.</param>
/// <param name="Shape">Dimensions, or null when not known.</param>
public sealed record SummarizedTensor(string Name, string Type, Shape? Shape);
