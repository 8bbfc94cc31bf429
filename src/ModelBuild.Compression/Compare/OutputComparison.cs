using ModelBuild.Graphs;

namespace ModelBuild.Compression.Compare;

/// <summary>How far a tensor is from what was expected, over all batches that were compared.</summary>
public sealed record OutputComparison
{
    /// <summary>Name of the output or intermediate value.</summary>
    public required string Name { get; init; }

    /// <summary>Type of the expected elements.</summary>
    public required ElementType ElementType { get; init; }

    /// <summary>Number of elements compared.</summary>
    public long Elements { get; init; }

    /// <summary>The largest |actual - expected| over pairs of finite numbers.</summary>
    public double MaxAbsolute { get; init; }

    /// <summary>The largest |actual - expected| / |expected| over pairs of finite numbers where expected is not 0.</summary>
    public double MaxRelative { get; init; }

    /// <summary>Root mean square of actual - expected over pairs of finite numbers.</summary>
    public double RootMeanSquareError { get; init; }

    /// <summary>Cosine of the angle between both as vectors; null for text, and 1 when both are all zero.</summary>
    public double? Cosine { get; init; }

    /// <summary>Signal to quantization noise in dB: 10 log10(sum expected^2 / sum (actual - expected)^2); null for text and when there is no noise.</summary>
    public double? SignalToNoise { get; init; }

    /// <summary>Fraction of the rows along the last axis whose largest element is at the same place; null where the last axis has fewer than two elements, and for text and bool.</summary>
    public double? Top1Agreement { get; init; }

    /// <summary>Elements that differ beyond |actual - expected| &lt;= absolute + relative * |expected|; for integers, bool and text: that are not equal.</summary>
    public long OutOfTolerance { get; init; }

    /// <summary>Elements of which one is NaN or infinite and the other is not the same.</summary>
    public long NonFiniteMismatches { get; init; }

    /// <summary>Why the two can't be compared at all, such as different shapes; else null.</summary>
    public string? Mismatch { get; init; }

    internal static double? LeastCosine(IEnumerable<OutputComparison> outputs) => outputs.Where(o => o.ElementType.IsFloat()).Min(o => o.Cosine);
}
