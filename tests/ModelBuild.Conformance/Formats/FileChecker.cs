using ModelBuild.Compression.Data;
using ModelBuild.Conformance.Engines;
using ModelBuild.Conformance.Suite;
using ModelBuild.Conformance.Values;
using ModelBuild.Formats;
using ModelBuild.Formats.Tensors;
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
            var format = ModelFormats.Sniff(path);
            report = report with { Format = format.Name };
            string written = Path.Combine(folder, "model.onnx");
            KeyValuePair<string, OrtValue>[] random = [];
            using (var model = format.Read(path))
            {
                report = report with { Read = "yes", Run = "no" };
                if (Recording.Find(parts[0], path) is null)
                {
                    random = RandomFeeds(model, ref report);
                }
            }

            RewrittenEngine.Rewrite(path, written);
            return CheckWritten(parts[0], path, written, random, report).ToLine();
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

    // A format that is recognised but not read counts, except for JSON files, which beside TensorFlow.js models hold anything.
    private static bool IsModel(string path, string code) => Path.GetExtension(path) switch
    {
        ".onnx" => true,
        ".json" => code == "MB1005" && Path.GetFileName(path) == "model.json",
        _ => code == "MB1005",
    };

    private static FileReport CheckWritten(string root, string path, string written, KeyValuePair<string, OrtValue>[] random, FileReport report)
    {
        OrtValue[] actual;
        try
        {
            using var session = OrtSession.Open(written);
            if (Recording.Find(root, path) is { } recording)
            {
                return CompareRecording(session, recording, report);
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

    private static FileReport CompareRecording(OrtSession session, Recording recording, FileReport report)
    {
        var outputs = session.Run([.. session.Inputs.Select((input, i) => KeyValuePair.Create(input.Name, OrtValues.Create(NpyFile.Read(recording.Input(i)))))]);
        string? difference = outputs
            .Select((o, i) => ValueComparer.Compare(new OnnxTensorValue(NpyFile.Read(recording.Output(i))), o, s_tolerance) is { } d ? $"output {i} {d}" : null)
            .FirstOrDefault(d => d is not null);
        return report with { Run = "yes", Agrees = difference is null ? "yes" : "no", Detail = difference ?? "recorded outputs" };
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
