using ModelBuild.Compression;
using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Data;
using ModelBuild.Compression.Report;
using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Lowering;
using ModelBuild.Lowering.Operators;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Passes;
using ModelBuild.Runtime;
using ModelBuild.Tool.Assets;
using ModelBuild.Tool.Caching;
using ModelBuild.Tool.Compiling;

namespace ModelBuild.Tool.Building;

/// <summary>Makes the files of one item in a folder of the cache.</summary>
internal sealed class AssetBuilder(DescribedAsset asset, BuildOutput output, int threads, CancellationToken cancellationToken)
{
    // Below this, one file opens as fast as two.
    private const long ExternalDataFrom = 1_000_000;

    private readonly string _class = asset.Signature.ClassName;
    private readonly List<(string Kind, string Text)> _lines = [];

    /// <summary>Fills the folder.</summary>
    /// <exception cref="ModelException">The model can't be run or compressed.</exception>
    public CacheEntry Make(string folder)
    {
        string weights = Path.Combine(folder, _class + ".onnx");
        bool isCompiled = asset.Signature.Backend == CompiledBackend.Name;
        CompressionResult result = asset.Settings.Quantize == "none" ? (isCompiled ? KeepCompiled(folder) : Keep(weights)) : Compress(weights);
        foreach (CompressionMessage message in result.Messages)
        {
            _lines.Add((message.IsWarning ? "warning " + message.Code : "info", message.Text));
        }

        CheckAccuracy(result.Report);
        cancellationToken.ThrowIfCancellationRequested();
        ReportFiles.Write(result, Path.Combine(folder, _class));
        _lines.Insert(0, ("summary", result.Report.Summary));
        string content = asset.Signature.Storage == "Embedded" ? "embedded" : "content";
        if (isCompiled && asset.Settings.Quantize != "none")
        {
            CompileCompressed(result.Model, folder, weights);
        }

        return new CacheEntry(
            $"{_class} {asset.Signature.ModelFile} {asset.Settings.Quantize}",
            _lines,
            [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)
                .Select(name => CacheEntry.Describe(KindOf(name), folder, name))]);

        string KindOf(string name) => name[_class.Length..] is ".mbplan" ? "plan"
            : name[_class.Length..].StartsWith(".onnx", StringComparison.Ordinal) || name[_class.Length..] is WeightsFile.Extension ? content : "report";
    }

    private CompressionResult KeepCompiled(string folder)
    {
        using Model model = Open();
        if (SourceModel.IsPlainOnnx(asset.Arguments, asset.Settings) || !asset.Settings.Verify)
        {
            Compile(model, folder, asset.Arguments.Source);
        }
        else
        {
            // What ONNX Runtime compares with is the model as it was read, before it is compiled.
            using var temporary = new TemporaryFolder(null);
            string written = Path.Combine(temporary.Path, "original.onnx");
            using (Model original = SourceModel.Open(asset.Arguments, asset.Settings))
            {
                new OnnxFormat().Write(original, written, new ModelWriteOptions());
            }

            Compile(model, folder, written);
        }

        return Compressor.Run(model, Options(model));
    }

    // The compressed model as ONNX is what the plan is compared with, and nothing that is delivered.
    private void CompileCompressed(Model model, string folder, string written)
    {
        Compile(model, folder, written);
        foreach (string file in Directory.EnumerateFiles(folder, _class + ".onnx*"))
        {
            File.Delete(file);
        }
    }

    private void Compile(Model model, string folder, string original)
    {
        output.Progress($"{_class}: compiling {asset.Signature.ModelFile}");
        LoweredModel lowered = Lowerer.Lower(model);
        cancellationToken.ThrowIfCancellationRequested();
        CompiledFiles.Write(lowered, Path.Combine(folder, _class + ".mbplan"), Path.Combine(folder, _class + CompiledFiles.WeightsExtension));
        if (asset.Settings.Verify)
        {
            output.Progress($"{_class}: comparing with the original");
            if (new CompiledVerification(lowered, asset.Settings, threads, cancellationToken).Check(model, original, asset.Arguments.Source) is { } reason)
            {
                _lines.Add(("info", $"The compiled model was not compared with ONNX Runtime: {reason}"));
            }
        }
    }

    private CompressionResult Keep(string weights)
    {
        using Model model = Open();
        bool isOnnx = SourceModel.IsPlainOnnx(asset.Arguments, asset.Settings);
        bool verbatim = isOnnx && asset.Settings.InputShapes.Count == 0 && asset.ExternalFiles.Count == 0 && !UsesExternalData(model);
        if (verbatim)
        {
            File.Copy(asset.Arguments.Source, weights);
            File.SetLastWriteTimeUtc(weights, DateTime.UtcNow);
        }
        else
        {
            Write(model, weights);
        }

        if (OnnxRuntimeCheck.TryOpen(weights) is { } refusal)
        {
            // ONNX Runtime starts at operator set 7; what is older runs once it is raised.
            Raise(model, refusal, weights);
        }
        else if (isOnnx && !verbatim && asset.Settings.Verify)
        {
            Verify(model, weights);
        }

        return Compressor.Run(model, Options(model));
    }

    // Writing a model changes nothing; a difference would be a defect of the reader or the writer.
    private void Verify(Model model, string weights)
    {
        if (!model.Graph.AllNodes().All(OperatorRunner.IsDeterministic))
        {
            return;
        }

        output.Progress($"{_class}: comparing with the original");
        ModelComparison comparison;
        try
        {
            var shapes = asset.Settings.InputShapes.ToDictionary(p => p.Key, p => (IReadOnlyList<long>)p.Value, StringComparer.Ordinal);
            var data = new RandomInputs(model, new RandomInputOptions { Seed = asset.Settings.Seed, Shapes = shapes });
            comparison = ModelComparer.Compare(asset.Arguments.Source, weights, data, new ComparisonOptions { Threads = threads }, cancellationToken);
        }
        catch (ModelException)
        {
            // No input can be generated that this model takes.
            return;
        }

        if (comparison.Outputs.FirstOrDefault(o => o.Mismatch is not null || o.OutOfTolerance > 0) is { } wrong)
        {
            throw new InvalidOperationException($"Output '{wrong.Name}' of the written model differs from the original's: {wrong.Mismatch ?? $"{wrong.OutOfTolerance} of {wrong.Elements} elements"}.");
        }
    }

    private void Raise(Model model, OrtException refusal, string weights)
    {
        try
        {
            PassList.Run(PassList.Normalization, model);
            Write(model, weights);
        }
        catch (ModelException)
        {
            throw OnnxRuntimeCheck.Error(refusal, model, asset.Arguments.Source);
        }

        if (OnnxRuntimeCheck.TryOpen(weights) is { } again)
        {
            throw OnnxRuntimeCheck.Error(again, model, asset.Arguments.Source);
        }
    }

    private CompressionResult Compress(string weights)
    {
        output.Progress($"{_class}: reading {asset.Signature.ModelFile}");
        using Model model = Open();
        PassList.Run(PassList.Normalization, model);
        ShapeInference.Run(model);
        var progress = new CompressionProgressLines(_class, output);
        CompressionResult result = Compressor.Run(model, Options(model), progress, cancellationToken);
        Write(result.Model, weights);
        if (OnnxRuntimeCheck.TryOpen(weights) is { } refusal)
        {
            throw OnnxRuntimeCheck.Error(refusal, result.Model, asset.Arguments.Source);
        }

        return result;
    }

    private Model Open() => SourceModel.Open(asset.Arguments, asset.Settings);

    private CompressionOptions Options(Model model) => new()
    {
        ClassName = _class,
        Quantize = asset.Settings.Quantize,
        ExecutionProviders = [.. asset.Signature.ExecutionProviders],
        InputShapes = asset.Settings.InputShapes.ToDictionary(p => p.Key, p => (IReadOnlyList<long>)p.Value, StringComparer.Ordinal),
        Calibration = asset.Settings.Calibration.Count > 0 ? DataSets.Open(asset.Settings.Calibration, model) : null,
        Seed = asset.Settings.Seed,
        Threads = threads,
    };

    private void Write(Model model, string path)
    {
        foreach (string old in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, _class + ".onnx*"))
        {
            File.Delete(old);
        }

        new OnnxFormat().Write(model, path, new ModelWriteOptions { ExternalData = UsesExternalData(model) });
    }

    private bool UsesExternalData(Model model) =>
        asset.Signature.Storage != "Embedded" && model.Graph.AllGraphs().SelectMany(g => g.Initializers).Sum(v => v.Initializer?.ByteLength ?? 0) >= ExternalDataFrom;

    private void CheckAccuracy(CompressionReport report)
    {
        if (asset.Settings.MaxAccuracyDrop is { } limit && report.Applied && report.Cosine is { } cosine && !(1 - cosine <= limit))
        {
            throw asset.Arguments.Error("MB3005", FormattableString.Invariant($"the compressed model agrees with the original to a cosine of {cosine:0.######}; MaxAccuracyDrop=\"{limit}\" asks for {1 - limit:0.######}. Raise the limit, or choose a scheme that loses less, such as fp16."));
        }
    }
}
