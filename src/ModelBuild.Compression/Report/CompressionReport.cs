using System.Globalization;
using ModelBuild.Compression.Calibrate;
using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Quantize;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Report;

/// <summary>What compression did to a model, without times, paths and machine names: the same inputs give an equal report.</summary>
public sealed record CompressionReport
{
    /// <summary>Version of the layout of <c>report.json</c>.</summary>
    public const int Schema = 1;

    /// <summary>Name of the generated class.</summary>
    public required string ClassName { get; init; }

    /// <summary>Name of the scheme that was asked for, or <c>none</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>What the scheme did, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>Whether the compressed model is what ships; false when the original does.</summary>
    public bool Applied { get; init; }

    /// <summary>Bytes of the model as ONNX before.</summary>
    public long BytesBefore { get; init; }

    /// <summary>Bytes of the model as ONNX after; equal to <see cref="BytesBefore"/> when not <see cref="Applied"/>.</summary>
    public long BytesAfter { get; init; }

    /// <summary>Bytes of all constants before: initializers and <c>Constant</c> nodes.</summary>
    public long WeightBytesBefore { get; init; }

    /// <summary>Bytes of all constants after.</summary>
    public long WeightBytesAfter { get; init; }

    /// <summary>What the errors were measured on.</summary>
    public string Data { get; init; } = "";

    /// <summary>Number of calls that the outputs were compared on.</summary>
    public int Batches { get; init; }

    /// <summary>Original against result per model output.</summary>
    public IReadOnlyList<OutputComparison> Outputs { get; init; } = [];

    /// <summary>Every layer with weights, in the graph's order.</summary>
    public IReadOnlyList<LayerReport> Layers { get; init; } = [];

    /// <summary>Further facts: what was folded, what could not be measured.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Warnings and information, with their codes.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];

    /// <summary>The least cosine over the model's floating-point outputs, or null when there is none that can be compared.</summary>
    public double? Cosine => OutputComparison.LeastCosine(Outputs);

    /// <summary>The build's line, such as <c>ImageFeatures: 44.7 -> 11.3 MB, cosine 0.997</c>. Sizes are in units of 1,000.</summary>
    public string Summary
    {
        get
        {
            string size = Applied ? Sizes.Range(BytesBefore, BytesAfter) : Sizes.Text(BytesBefore);
            string cosine = Applied && Cosine is { } c ? string.Create(CultureInfo.InvariantCulture, $", cosine {Sizes.Cosine(c)}") : "";
            return $"{ClassName}: {size}{cosine}";
        }
    }
}

/// <summary>What became of one layer.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="OpType">Its operator before.</param>
/// <param name="Weights">Names of the weight initializers concerned.</param>
/// <param name="Shape">Shape of the first of them, such as <c>64x3x7x7</c>.</param>
/// <param name="BytesBefore">Bytes of the weights before. Weights that several layers share count at the first.</param>
/// <param name="BytesAfter">Bytes of the weights after, with scales.</param>
/// <param name="RunsAs">What it runs as, such as <c>int8 x int8 MatMulInteger</c>.</param>
/// <param name="WeightError">Root mean square of the weights' error over that of the weights.</param>
/// <param name="OutputError">Root mean square of the error that this layer alone adds to its output, over that of the output; null when not measured.</param>
/// <param name="OutputCosine">Cosine between the layer's output before and after, for the same input; null when not measured.</param>
/// <param name="Reason">Why it stays as it was, or runs as it does; empty when there is nothing to say.</param>
public sealed record LayerReport(
    string Name, string OpType, IReadOnlyList<string> Weights, string Shape, long BytesBefore, long BytesAfter, string RunsAs, double? WeightError, double? OutputError, double? OutputCosine, string Reason)
{
    /// <summary>Describes a weight and its layers.</summary>
    internal static LayerReport Of(WeightGroup group, RoundedTensor? stored, string runsAs, Measured? error, string reason)
    {
        Node first = group.Uses[0].Node;
        return new LayerReport(
            (first.Name.Length > 0 ? first.Name : first.Outputs.OfType<Value>().FirstOrDefault()?.Name ?? first.OpType) + (group.Uses.Count > 1 ? $" and {group.Uses.Count - 1} more" : ""),
            string.Join(", ", group.Uses.Select(u => u.Node.OpType).Distinct()),
            [group.Weight.Name],
            string.Join('x', group.Data.Dimensions.ToArray()),
            group.Data.ByteLength,
            stored?.StoredBytes ?? group.Data.ByteLength,
            runsAs,
            stored?.RelativeError,
            error?.Relative,
            error?.Cosine,
            reason);
    }

    /// <summary>The reason of layers that are not worth it.</summary>
    internal static string TooSmall(long bytes, long least) => $"too small: {bytes} of at least {least} bytes";

    /// <summary>Whether it stays as it is because it is not worth it, which nobody needs to be told.</summary>
    public bool IsTooSmall => Reason.StartsWith("too small", StringComparison.Ordinal);

    /// <summary>Whether the weights are smaller than before.</summary>
    public bool IsCompressed => BytesAfter < BytesBefore;
}

/// <summary>Time per call. Not part of what is hashed.</summary>
/// <param name="Machine">Processor and operating system.</param>
/// <param name="Threads">Threads within an operator.</param>
/// <param name="Runs">Calls of each side, in turns.</param>
/// <param name="MillisecondsBefore">Median of the original.</param>
/// <param name="MillisecondsAfter">Median of the result.</param>
/// <param name="LoadMillisecondsBefore">Time to open the original.</param>
/// <param name="LoadMillisecondsAfter">Time to open the result.</param>
public sealed record CompressionTimings(
    string Machine, int Threads, int Runs, double MillisecondsBefore, double MillisecondsAfter, double LoadMillisecondsBefore, double LoadMillisecondsAfter)
{
    /// <summary>Time after over time before: below 1 is faster.</summary>
    public double Ratio => MillisecondsAfter / MillisecondsBefore;
}
