using System.Text.Json;
using ModelBuild.Compression.Data;
using ModelBuild.Conformance.Engines;
using ModelBuild.Conformance.Suite;
using ModelBuild.Conformance.Values;
using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Formats;

/// <summary>Reads a file, runs what is written from it, and compares with recorded outputs or with the original.</summary>
internal static class FileChecker
{
    /// <summary>The answer for a file that is no model.</summary>
    public const string NotAModel = "none";

    // As of the tool's verb verify.
    private static readonly Tolerance s_tolerance = new(1e-3, 1e-5, IsRandom: false);

    /// <summary>Checks a file.</summary>
    /// <param name="question">The folder that holds recordings and the file, separated by a tab.</param>
    public static string Check(string question)
    {
        string[] parts = question.Split('\t');
        string path = parts[1];
        var report = new FileReport(FileReport.Extension(path), "no", "-", "-", "-", "");
        string folder = Directory.CreateTempSubdirectory("modelbuild-conformance-").FullName;
        try
        {
            if (ModelFormats.SniffWeights(path) is { } weights)
            {
                report = report with { Format = weights.Name };
                using TensorFile tensors = weights.Read(path, ModelReadOptions.Default);
                tensors.Tensors.ForEach(t => t.Data.CopyTo(Stream.Null));
                return (report with { Read = "yes", Detail = $"{tensors.Tensors.Count} tensors, no graph" }).ToLine();
            }

            IModelFormat format = ModelFormats.Sniff(path);
            report = report with { Format = format.Name };
            string written = Path.Combine(folder, "model.onnx");
            Recording? recording = Recording.Find(parts[0], path);
            return CheckModel(format, path, written, recording, ref report).ToLine();
        }
        catch (ModelException e) when (report.Format == FileReport.Extension(path) && !IsModel(path, e.Code))
        {
            return NotAModel;
        }
        catch (ModelException e)
        {
            return (report with { Code = e.Code, Detail = e.Message }).ToLine();
        }
        catch (Exception e) when (e is OrtException or UnsupportedModelException or NotSupportedException or IOException)
        {
            return (report with { Code = "MB3007", Detail = e.Message }).ToLine();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static FileReport CheckModel(IModelFormat format, string path, string written, Recording? recording, ref FileReport report)
    {
        KeyValuePair<string, OrtValue>[] random = [];
        int nodes;
        bool isQuantized;
        using (Model model = format.Read(path, Options(recording, path)))
        {
            report = report with { Read = "yes", Run = "no", Operators = Size(format, path, model) };
            nodes = model.Graph.Nodes.Count;
            isQuantized = model.Graph.Nodes.Exists(n => n.OpType is "QuantizeLinear" or "QLinearConv" or "QLinearMatMul" or "ConvInteger" or "MatMulInteger");
            if (recording is null)
            {
                random = RandomFeeds(model, ref report);
            }

            if (format is not OnnxFormat)
            {
                ModelFormats.Write(model, written);
            }
        }

        if (format is OnnxFormat)
        {
            RewrittenEngine.Rewrite(path, written);
        }

        return CheckWritten(path, written, recording, random, nodes, isQuantized, report);
    }

    /// <summary>Formats without shapes get those of the recording.</summary>
    private static ModelReadOptions Options(Recording? recording, string path)
    {
        if (recording is null || recording.InputNames.Count == 0)
        {
            string info = Path.Combine(Path.GetDirectoryName(path)!, "info.json");
            if (!File.Exists(info))
            {
                return ModelReadOptions.Default;
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(info));
            return !document.RootElement.TryGetProperty("inputs", out JsonElement inputs) || inputs.ValueKind != JsonValueKind.Object ? ModelReadOptions.Default : new ModelReadOptions
            {
                InputShapes = inputs.EnumerateObject().Where(i => i.Value.ValueKind == JsonValueKind.Array && i.Value.EnumerateArray().All(d => d.ValueKind == JsonValueKind.Number))
                    .ToDictionary(i => i.Name, i => i.Value.EnumerateArray().Select(d => d.GetInt64()).ToArray()),
            };
        }

        return new ModelReadOptions { InputShapes = recording.InputNames.Select((n, i) => (n, i)).Where(p => p.i < recording.InputCount).ToDictionary(p => p.n, p => recording.Input(p.i).Dimensions.ToArray()) };
    }

    private static int Size(IModelFormat format, string path, Model model)
    {
        try
        {
            return format.Summarize(path, ModelReadOptions.Default)?.Operators.Values.Sum() ?? model.Graph.Nodes.Count;
        }
        catch (ModelException)
        {
            return model.Graph.Nodes.Count;
        }
    }

    // A format that is recognised but not read counts, except for JSON files, which beside TensorFlow.js models hold anything.
    private static bool IsModel(string path, string code) => Path.GetExtension(path) switch
    {
        ".onnx" => true,
        ".json" => code == "MB1005" && Path.GetFileName(path) == "model.json",
        _ => code == "MB1005",
    };

    private static FileReport CheckWritten(string path, string written, Recording? recording, KeyValuePair<string, OrtValue>[] random, int nodes, bool isQuantized, FileReport report)
    {
        OrtValue[] actual;
        try
        {
            // Quantized results are compared step by step: fused integer kernels round elsewhere.
            using var session = OrtSession.Open(written, new OrtSessionOptions { Optimization = isQuantized ? OrtOptimization.None : OrtOptimization.All });
            if (recording is not null)
            {
                return CompareRecording(session, recording, nodes, isQuantized, report);
            }

            if (random.Length < session.Inputs.Count)
            {
                return report with { Run = "-" };
            }

            actual = session.Run(random);
        }
        catch (OrtException e) when (report.Format == "ONNX")
        {
            return report with { Code = "MB3007", Detail = $"{(Runs(path, random) ? "the original runs, but not" : "the original does not run either:")} {e.Message}" };
        }

        report = report with { Run = "yes" };
        return report.Format == "ONNX" ? CompareOriginal(path, random, actual, report) : report with { Detail = "nothing to compare with" };
    }

    private static FileReport CompareRecording(OrtSession session, Recording recording, int nodes, bool isQuantized, FileReport report)
    {
        int[] inputs = Match([.. session.Inputs.Select(i => i.Name)], recording.InputNames);
        var outputs = session.Run([.. session.Inputs.Select((input, i) => KeyValuePair.Create(input.Name, OrtValues.Create(recording.Input(inputs[i]))))]);
        int[] recorded = Match([.. session.Outputs.Select(o => o.Name)], recording.OutputNames);
        string? difference = outputs.Length < recording.OutputCount ? $"has {outputs.Length} outputs, not {recording.OutputCount}" : null;
        for (int i = 0; i < outputs.Length && difference is null; i++)
        {
            if (recorded[i] < recording.OutputCount && RecordedOutputs.Difference(recording.Output(recorded[i]), outputs[i], nodes, isQuantized) is { } d)
            {
                difference = $"output {i} {d}";
            }
        }

        bool isProof = Enumerable.Range(0, recording.OutputCount).Any(i => !RecordedOutputs.IsConstant(recording.Output(i)));
        return report with { Run = "yes", Agrees = difference is not null ? "no" : isProof ? "yes" : "-", Detail = difference ?? (isProof ? "recorded outputs" : "recorded outputs, which are constant") };
    }

    /// <summary>Which recorded tensor each of the model's is: by name when all names fit, else by order.</summary>
    private static int[] Match(string[] names, IReadOnlyList<string> recorded)
    {
        int[] byName = [.. names.Select(n => Position(n, recorded))];
        return byName.All(i => i >= 0) && byName.Distinct().Count() == byName.Length ? byName : [.. Enumerable.Range(0, names.Length)];
    }

    private static int Position(string name, IReadOnlyList<string> recorded)
    {
        for (int i = 0; i < recorded.Count; i++)
        {
            if (recorded[i] == name || recorded[i] == name + ":0")
            {
                return i;
            }
        }

        return -1;
    }

    private static FileReport CompareOriginal(string path, KeyValuePair<string, OrtValue>[] random, OrtValue[] actual, FileReport report)
    {
        using var original = OnnxRuntimeEngine.OpenFile(path);
        var expected = original.Run(random);
        // A model that draws random numbers does not even agree with itself.
        bool isRandom = Difference(expected, original.Run(random), s_tolerance) is not null;
        string? difference = Difference(expected, actual, s_tolerance with { IsRandom = isRandom });
        return report with
        {
            Agrees = difference is null ? "yes" : "no",
            Detail = difference ?? (isRandom ? "types and shapes of the original, whose outputs are random" : "outputs of the original on random inputs"),
        };
    }

    private static string? Difference(OrtValue[] expected, OrtValue[] actual, Tolerance tolerance) =>
        expected.Select((e, i) => ValueComparer.Compare(e, actual[i], tolerance) is { } d ? $"output {i} {d}" : null).FirstOrDefault(d => d is not null);

    private static bool Runs(string path, KeyValuePair<string, OrtValue>[] inputs)
    {
        try
        {
            using var session = OrtSession.Open(path);
            return session.Run(inputs).Length > 0;
        }
        catch (OrtException)
        {
            return false;
        }
    }

    private static KeyValuePair<string, OrtValue>[] RandomFeeds(Model model, ref FileReport report)
    {
        try
        {
            return [.. new RandomInputs(model, new RandomInputOptions()).GetBatch(0).Select(i => KeyValuePair.Create(i.Key, OrtValues.Create(i.Value)))];
        }
        catch (ModelException e)
        {
            report = report with { Code = e.Code, Detail = e.Message };
            return [];
        }
    }
}
