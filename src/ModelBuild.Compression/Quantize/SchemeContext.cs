using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Data;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary>What a scheme works on.</summary>
public sealed class SchemeContext
{
    /// <summary>A copy of the model that the scheme may change. Tensor contents are shared with the source.</summary>
    public required Model Model { get; init; }

    /// <summary>The options of the run.</summary>
    public required CompressionOptions Options { get; init; }

    /// <summary>Inputs to measure on: the calibration data, or seeded random inputs.</summary>
    public required IDataSet Data { get; init; }

    /// <summary>Whether the original runs on <see cref="Data"/>. When not, schemes decide by the weights alone.</summary>
    public bool CanMeasure { get; init; } = true;

    /// <summary>Runs a candidate beside the original and compares their outputs. Only when <see cref="CanMeasure"/>.</summary>
    /// <exception cref="ModelException">MB3007: ONNX Runtime can't run the candidate.</exception>
    public required Func<Model, ModelComparison> Evaluate { get; init; }

    /// <summary>Facts for the report that belong to no layer.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Receives what is being done and how far the scheme is with it, 0 to 1.</summary>
    public Action<string, double> Progress { get; init; } = static (_, _) => { };

    /// <summary>Ends the run.</summary>
    public CancellationToken CancellationToken { get; init; }
}
