using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Passes;
using ModelBuild.Tool.Assets;
using ModelBuild.Tool.Building;
using ModelBuild.Tool.Caching;

namespace ModelBuild.Tool.Doctor;

/// <summary>The checks behind the four questions of docs/faq.md.</summary>
internal sealed class ModelChecks(string path, CancellationToken cancellationToken)
{
    private const string Conversion = "conversion fails";
    private const string Compression = "compression has no effect";
    private const string Speed = "deployment is slow";
    private const string Storage = "storage is short";

    // Below this an initializer is a shape, a scale or a bias rather than a weight.
    private const long SmallTensor = 1024;

    private readonly List<Finding> _findings = [];

    /// <summary>Runs the checks.</summary>
    public IReadOnlyList<Finding> Run()
    {
        Model model;
        try
        {
            IModelFormat format = ModelFormats.Sniff(path);
            model = format.Read(path);
            Add(Conversion, Verdict.Ok, $"The file is {format.Name}, operator set {model.OpsetImports.GetValueOrDefault("")}, written by {(model.ProducerName.Length > 0 ? model.ProducerName : "an unknown program")}.");
        }
        catch (ModelException e)
        {
            Add(Conversion, Verdict.Problem, $"{e.Code}: {e.Message}", "See docs/diagnostics/" + e.Code + ".md.");
            return _findings;
        }

        using (model)
        {
            Guard(Conversion, () => CheckConversion(model));
            cancellationToken.ThrowIfCancellationRequested();
            List<(Value Value, TensorData Data)> weights = [.. model.Graph.AllGraphs().SelectMany(g => g.Initializers).Where(v => v.Initializer is not null).Select(v => (v, v.Initializer!))];
            Guard(Compression, () => CheckCompression(model, weights));
            Guard(Storage, () => CheckStorage(model, weights));
            cancellationToken.ThrowIfCancellationRequested();
            Guard(Speed, () => CheckSpeed(model, weights));
        }

        return _findings;
    }

    private void CheckConversion(Model model)
    {
        const int MaxListed = 20;
        List<Node> foreign = [.. KnownDomains.Foreign(model).Take(MaxListed)];
        foreach (Node node in foreign)
        {
            ModelException problem = KnownDomains.Unsupported(node.OpType, node.Domain, node.Name, path);
            Add(Conversion, Verdict.Problem, $"{problem.Code}: {problem.Message}", $"See docs/diagnostics/{problem.Code}.md.");
        }

        if (foreign.Count > 0)
        {
            return;
        }

        OrtException? refusal = OnnxRuntimeCheck.TryOpen(path);
        if (refusal is null)
        {
            Add(Conversion, Verdict.Ok, $"ONNX Runtime {OrtLibrary.Version} opens it.");
        }

        InferenceResult inferred = ShapeInference.Run(model);
        foreach (InferenceFinding finding in inferred.Findings)
        {
            Add(Conversion, Verdict.Problem, $"{finding.Code}: {finding.Message}", "Export the model again; the shapes that it states contradict each other.");
        }

        int open = model.Graph.Outputs.Count(o => inferred.TypeOf(o) is not TensorType { Shape: { } shape } || shape.Any(d => d.IsUnknown));
        if (open > 0)
        {
            Add(Conversion, Verdict.Hint, $"The size of {open} of {model.Graph.Outputs.Count} outputs depends on the data: the class returns them as a disposable Result.", "When the size is fixed in truth, fix the inputs' shapes with InputShapes=.");
        }

        using Model normalized = ModelFormats.Read(path);
        PassList.Run(PassList.Normalization, normalized);
        Add(Conversion, Verdict.Ok, $"Functions are inlined and the operator set is raised to {normalized.OpsetImports.GetValueOrDefault("")} without loss.");
        if (refusal is not null)
        {
            CheckRaised(normalized, refusal);
        }
    }

    private void CheckRaised(Model normalized, OrtException refusal)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("modelbuild-");
        try
        {
            string raised = Path.Combine(folder.FullName, "model.onnx");
            ModelFormats.Write(normalized, raised);
            if (OnnxRuntimeCheck.TryOpen(raised) is not null)
            {
                throw OnnxRuntimeCheck.Error(refusal, normalized, path);
            }

            Add(Conversion, Verdict.Ok, $"ONNX Runtime {OrtLibrary.Version} opens it once the operator set is raised, which the build does.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private void CheckCompression(Model model, List<(Value Value, TensorData Data)> weights)
    {
        long total = Math.Max(1, Total(weights));
        long floats = Total(weights.Where(w => w.Data.ElementType is ElementType.Float32 or ElementType.Float64));
        long halves = Total(weights.Where(w => w.Data.ElementType is ElementType.Float16 or ElementType.BFloat16));
        long narrow = Total(weights.Where(w => w.Data.ElementType.BitSize() is > 0 and <= 8 && w.Data.ElementType != ElementType.Bool));
        bool quantized = model.Graph.AllNodes().Any(n => n.OpType is "QLinearConv" or "QLinearMatMul" or "ConvInteger" or "MatMulInteger" or "DequantizeLinear" or "DynamicQuantizeLinear" or "MatMulNBits");
        if (quantized && narrow * 2 > total)
        {
            Add(Compression, Verdict.Hint, $"{Percent(narrow, total)} of the weights are 8 bits or narrower already: the model is quantized.", "Compress the float model that it was made from.");
            return;
        }

        HashSet<Value> dense = DenseWeights(model);
        long reachable = Total(weights.Where(w => dense.Contains(w.Value) && w.Data.ElementType.IsFloat()));
        Add(
            Compression,
            reachable * 2 >= total ? Verdict.Ok : Verdict.Hint,
            $"{Percent(reachable, total)} of {ByteSize.Format(total)} weights belong to MatMul, Gemm, Conv, ConvTranspose, Gather, LSTM, GRU or RNN, which int8 can shrink to a quarter; float32 {Percent(floats, total)}, 16 bits {Percent(halves, total)}.",
            reachable * 2 >= total ? "" : "Try Quantize=\"fp16\", which halves every float weight.");
        long constants = model.Graph.AllNodes().Where(n => n.OpType == "Constant").Sum(n => n.GetTensor("value")?.ByteLength ?? 0);
        if (constants > SmallTensor && constants * 10 > total)
        {
            Add(Compression, Verdict.Hint, $"{ByteSize.Format(constants)} stand in Constant nodes instead of initializers.", "The build lifts them before it compresses.");
        }
    }

    private static HashSet<Value> DenseWeights(Model model) =>
    [
        .. model.Graph.AllNodes().Where(n => n.OpType is "MatMul" or "Gemm" or "Conv" or "ConvTranspose" or "Gather" or "LSTM" or "GRU" or "RNN")
            .SelectMany(n => n.Inputs).OfType<Value>().Select(Origin),
    ];

    // Exporters put a Transpose or an Identity between a weight and its use.
    private static Value Origin(Value value)
    {
        for (int i = 0; i < 8 && value.Producer is { OpType: "Transpose" or "Identity" or "Reshape" or "Cast" } node && node.Input(0) is { } input; i++)
        {
            value = input;
        }

        return value;
    }

    private void CheckStorage(Model model, List<(Value Value, TensorData Data)> weights)
    {
        long file = new FileInfo(path).Length + SourceFiles.External(model, path).Sum(f => new FileInfo(f).Length);
        long floats = Total(weights.Where(w => w.Data.ElementType == ElementType.Float32));
        HashSet<Value> dense = DenseWeights(model);
        long reachable = Total(weights.Where(w => w.Data.ElementType == ElementType.Float32 && dense.Contains(w.Value) && w.Data.ByteLength >= SmallTensor));
        Add(Storage, Verdict.Ok, $"{ByteSize.Format(file)}: about {ByteSize.Format(file - (floats / 2))} with Quantize=\"fp16\", {ByteSize.Format(file - (reachable / 4 * 3))} with Quantize=\"int8\".");
        (Value Value, TensorData Data)[] largest = [.. weights.OrderByDescending(w => w.Data.ByteLength).ThenBy(w => w.Value.Name, StringComparer.Ordinal).Take(3).Where(w => w.Data.ByteLength >= SmallTensor)];
        if (largest.Length > 0)
        {
            Add(Storage, Verdict.Ok, $"Largest weights: {string.Join(", ", largest.Select(w => $"{w.Value.Name} {w.Data} {ByteSize.Format(w.Data.ByteLength)}"))}.");
        }

        var used = model.Graph.AllNodes().SelectMany(n => n.Inputs).OfType<Value>().Concat(model.Graph.AllGraphs().SelectMany(g => g.Outputs)).ToHashSet();
        long unused = Total(weights.Where(w => !used.Contains(w.Value)));
        if (unused > SmallTensor)
        {
            Add(Storage, Verdict.Hint, $"{ByteSize.Format(unused)} of initializers are used by no node.", "Any Quantize= drops them; so does: modelbuild convert FILE OUT.onnx --opset 21");
        }

        long twice = Duplicates(weights);
        if (twice * 100 > Total(weights))
        {
            Add(Storage, Verdict.Hint, $"{ByteSize.Format(twice)} are copies of other weights.", "Tie the weights before exporting the model.");
        }
    }

    private static long Duplicates(List<(Value Value, TensorData Data)> weights)
    {
        long bytes = 0;
        foreach (var same in weights.Where(w => w.Data.ByteLength is > SmallTensor and < int.MaxValue).GroupBy(w => (w.Data.ElementType, w.Data.ByteLength)).Where(g => g.Count() > 1))
        {
            bytes += same.GroupBy(w => System.IO.Hashing.XxHash128.HashToUInt128(w.Data.Bytes)).Sum(g => (g.Count() - 1) * same.Key.ByteLength);
        }

        return bytes;
    }

    private void CheckSpeed(Model model, List<(Value Value, TensorData Data)> weights)
    {
        const long SlowToOpen = 50_000_000;
        long inline = weights.Where(w => w.Data is not FileTensorData file || Path.GetFullPath(file.File.Path) == Path.GetFullPath(path)).Sum(w => w.Data.ByteLength);
        if (inline > SlowToOpen)
        {
            Add(Speed, Verdict.Hint, $"{ByteSize.Format(inline)} of weights lie inside the model file, which makes opening slow.", "The build writes them beside it, aligned; from the command line: modelbuild convert FILE OUT.onnx --external-data true");
        }

        string[] open = [.. SignatureBuilder.RequiredInputs(model).Where(i => i.Tensor?.Shape is { IsFixed: false }).Select(i => $"{i.Name} {i.Tensor!.Shape}")];
        if (open.Length > 0)
        {
            Add(Speed, Verdict.Hint, $"Sizes that are not fixed keep ONNX Runtime from planning its memory: {string.Join(", ", open.Take(4))}.", "Fix those that never change with InputShapes=\"name=1,3,224,224\".");
        }

        if (!EnvironmentChecks.HasFastInt8)
        {
            Add(Speed, Verdict.Hint, "This processor has no instructions for 8-bit products: int8 makes models smaller, but hardly faster here.", "Measure on the machine that the model is for: modelbuild bench FILE");
        }

        Measure();
    }

    private void Measure()
    {
        using var runnable = Verbs.RunnableModel.Open(path);
        var inputs = new ModelBuild.Compression.Data.RandomInputs(runnable.Model, new ModelBuild.Compression.Data.RandomInputOptions()).GetBatch(0);
        Verbs.BenchResult bench = Verbs.Benchmark.Run(runnable, inputs, 1, TimeSpan.FromSeconds(1), cancellationToken);
        Add(Speed, Verdict.Ok, FormattableString.Invariant($"Opens in {bench.OpenMilliseconds:0.0} ms, {bench.MedianMilliseconds:0.000} ms per call with 1 thread on {bench.Provider}, {bench.BytesPerCall} bytes allocated per call."));
    }

    private void Guard(string topic, Action check)
    {
        try
        {
            check();
        }
        catch (ModelException e)
        {
            Add(topic, Verdict.Problem, $"{e.Code}: {e.Message}", $"See docs/diagnostics/{e.Code}.md.");
        }
    }

    private void Add(string topic, Verdict verdict, string text, string advice = "") => _findings.Add(new Finding(topic, verdict, text, advice));

    private static long Total(IEnumerable<(Value Value, TensorData Data)> weights) => weights.Sum(w => w.Data.ByteLength);

    private static string Percent(long part, long whole) => FormattableString.Invariant($"{100.0 * part / whole:0} %");
}
