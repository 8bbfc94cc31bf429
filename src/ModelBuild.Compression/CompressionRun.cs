using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Data;
using ModelBuild.Compression.Quantize;
using ModelBuild.Compression.Report;
using ModelBuild.Formats;
using ModelBuild.Graphs;

namespace ModelBuild.Compression;

/// <summary>One run of <see cref="Compressor"/>.</summary>
internal sealed class CompressionRun(Model model, CompressionOptions options, string folder, IProgress<CompressionProgress> progress, CancellationToken cancellationToken)
{
    private const int InlineBytes = 1024;

    /// <summary>Batches of calibration data that the result is compared on, and each candidate during the choice of layers.</summary>
    private const int ComparedBatches = 256;
    private const int CandidateBatches = 16;

    // Files of the original and of the latest candidate; the data files lie beside them.
    private readonly string _original = Path.Combine(folder, "original.onnx");
    private readonly string _candidate = Path.Combine(folder, "candidate.onnx");
    private readonly List<CompressionMessage> _messages = [];

    /// <summary>Ships the original.</summary>
    public CompressionResult Unchanged()
    {
        (long bytes, long weights) = Write(model, _original);
        return new CompressionResult(model, Report("none", "", bytes, weights), null, []);
    }

    /// <summary>Applies a scheme and measures the result.</summary>
    public CompressionResult Compress(ICompressionScheme scheme)
    {
        Step("Writing the original", 0);
        (long bytesBefore, long weightsBefore) = Write(model, _original);
        var data = new FirstBatches(Compressor.ChooseData(model, _original, options, out string? problem, cancellationToken), ComparedBatches);
        if (problem is not null)
        {
            _messages.Add(new CompressionMessage(
                "MB3007", true, $"The model does not run on random inputs, so nothing was measured and layers were chosen by their weights alone; give Calibration= or InputShapes=. {problem}"));
        }

        Model result = model.Copy();
        var context = new SchemeContext
        {
            Model = result,
            Options = options,
            Data = data,
            CanMeasure = problem is null,
            Evaluate = candidate => Evaluate(candidate, new FirstBatches(data, CandidateBatches)),
            Progress = (step, part) => Step(step, 0.05 + (0.75 * part)),
            CancellationToken = cancellationToken,
        };
        WeightInputs.Apply(result, context.Notes);
        IReadOnlyList<LayerReport> layers = scheme.Apply(context);
        Step("Comparing outputs", 0.8);
        CompressionReport report = Report(scheme.Name, scheme.Description, bytesBefore, weightsBefore) with { Layers = layers, Notes = context.Notes };
        if (!layers.Any(l => l.IsCompressed))
        {
            _messages.Add(new CompressionMessage("MB3006", true, $"Quantize=\"{scheme.Name}\" changed nothing, and the original is used: {WhyNothing(layers)}."));
            return Result(model, report, null);
        }

        (long bytesAfter, long weightsAfter) = Write(result, _candidate);
        if (bytesAfter >= bytesBefore)
        {
            _messages.Add(new CompressionMessage("MB3004", true, $"Quantize=\"{scheme.Name}\" makes the model larger ({Sizes.Range(bytesBefore, bytesAfter)}), so the original is used."));
            return Result(model, report, null);
        }

        AddLayerMessage(scheme, layers);
        report = report with { Applied = true, BytesAfter = bytesAfter, WeightBytesAfter = weightsAfter };
        if (problem is not null)
        {
            // At least it loads.
            ModelRunner.Open(_candidate, "the result", ModelRunner.ForComparing(options.Threads)).Dispose();
            return Result(result, report, null);
        }

        report = report with { Outputs = Compare(data).Outputs, Data = data.Name, Batches = data.Count };
        CompressionTimings? timings = options.MeasureTime ? Timing.Measure(_original, _candidate, data, fraction => Step("Timing", 0.9 + (0.1 * fraction)), cancellationToken) : null;
        Step("Done", 1);
        return Result(result, report, timings);
    }

    private CompressionResult Result(Model shipped, CompressionReport report, CompressionTimings? timings) =>
        new(shipped, report with { Messages = [.. _messages.Select(m => $"{m.Code}: {m.Text}")] }, timings, _messages);

    private static string WhyNothing(IReadOnlyList<LayerReport> layers) =>
        layers.Count == 0 ? "it has no weights that the scheme knows" : string.Join("; ", layers.GroupBy(l => l.Reason).OrderByDescending(g => g.Count()).Take(3).Select(g => $"{g.Count()} of {layers.Count} layers: {g.Key}"));

    private void AddLayerMessage(ICompressionScheme scheme, IReadOnlyList<LayerReport> layers)
    {
        LayerReport[] left = [.. layers.Where(l => !l.IsCompressed && !l.IsTooSmall)];
        if (left.Length > 0)
        {
            long bytes = left.Sum(l => l.BytesBefore);
            _messages.Add(new CompressionMessage(
                "MB3006", false, $"{left.Length} of {layers.Count} layers stay as they were under Quantize=\"{scheme.Name}\" ({Sizes.Text(bytes)}): {string.Join(", ", left.Take(5).Select(l => l.Name))}{(left.Length > 5 ? ", ..." : "")}; the report says why."));
        }
    }

    private CompressionReport Report(string scheme, string description, long bytes, long weights) => new()
    {
        ClassName = options.ClassName,
        Scheme = scheme,
        Description = description,
        BytesBefore = bytes,
        BytesAfter = bytes,
        WeightBytesBefore = weights,
        WeightBytesAfter = weights,
    };

    private ModelComparison Evaluate(Model candidate, IDataSet data)
    {
        Write(candidate, _candidate);
        return Compare(data);
    }

    private ModelComparison Compare(IDataSet data) => ModelComparer.Compare(_original, _candidate, data, new ComparisonOptions { Threads = options.Threads }, cancellationToken);

    /// <summary>Writes a model with its weights beside it, so that ONNX Runtime can map them, and returns its sizes without the gaps that alignment makes.</summary>
    private static (long Bytes, long Weights) Write(Model model, string path)
    {
        ModelFormats.Write(model, path, new ModelWriteOptions { ExternalData = true, ExternalDataThreshold = InlineBytes });
        TensorData[] constants = [.. model.Graph.AllGraphs().SelectMany(g => g.Initializers).Select(v => v.Initializer).OfType<TensorData>()];
        long outside = constants.Sum(t => t.ByteLength >= InlineBytes ? t.ByteLength : 0);
        long weights = constants.Sum(t => t.ByteLength) + model.Graph.AllNodes().Sum(n => n.OpType == "Constant" ? n.GetTensor("value")?.ByteLength ?? 0 : 0);
        return (new FileInfo(path).Length + outside, weights);
    }

    private void Step(string step, double fraction)
    {
        cancellationToken.ThrowIfCancellationRequested();
        progress.Report(new CompressionProgress(step, fraction));
    }
}
