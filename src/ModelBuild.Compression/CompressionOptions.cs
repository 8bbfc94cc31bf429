using ModelBuild.Compression.Data;

namespace ModelBuild.Compression;

/// <summary>What to do with a model. The defaults leave it as it is.</summary>
public sealed record CompressionOptions
{
    /// <summary>Name of the model in the report and in messages: the generated class's.</summary>
    public string ClassName { get; init; } = "Model";

    /// <summary>Name of a scheme in <see cref="Quantize.CompressionSchemes.All"/>, or <c>none</c>.</summary>
    public string Quantize { get; init; } = "none";

    /// <summary>Where the model will run, in order of preference, spelled as the metadatum <c>ExecutionProviders</c>. A scheme may choose other operators for a GPU than for a CPU.</summary>
    public IReadOnlyList<string> ExecutionProviders { get; init; } = ["Cpu"];

    /// <summary>Inputs to measure errors on, or null for seeded random inputs.</summary>
    public IDataSet? Calibration { get; init; }

    /// <summary>Shapes of inputs whose dimensions are not all fixed, by input name; used for random inputs.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> InputShapes { get; init; } = new Dictionary<string, IReadOnlyList<long>>();

    /// <summary>Seed of random inputs.</summary>
    public int Seed { get; init; }

    /// <summary>Threads for ONNX Runtime and for quantizing; 0 takes all cores. The result does not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Whether to time the model before and after; see <see cref="CompressionResult.Timings"/>.</summary>
    public bool MeasureTime { get; init; } = true;

    /// <summary>Folder for intermediate files, which are deleted at the end. Null takes the system's.</summary>
    public string? TemporaryFolder { get; init; }
}
