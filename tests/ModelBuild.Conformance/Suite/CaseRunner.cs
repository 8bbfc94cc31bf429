using System.Text.Json;
using ModelBuild.Conformance.Engines;
using ModelBuild.Conformance.Values;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Suite;

/// <summary>Runs one folder of a suite.</summary>
internal static class CaseRunner
{
    /// <summary>Runs a case and answers for <see cref="WorkerReply"/>.</summary>
    /// <param name="engine">Who runs the model.</param>
    /// <param name="folder">The folder with <c>model.onnx</c> and data sets.</param>
    public static string Run(IConformanceEngine engine, string folder) => Guard(() => RunCase(engine, folder));

    private static string RunCase(IConformanceEngine engine, string folder)
    {
        try
        {
            using var session = engine.Open(Path.Combine(folder, "model.onnx"));
            var tolerance = Tolerance.Of(folder);
            foreach (string dataSet in Directory.EnumerateDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal))
            {
                if (RunDataSet(session, dataSet, tolerance) is { } difference)
                {
                    return WorkerReply.Format(Outcome.Failed, $"{Path.GetFileName(dataSet)}: {difference}");
                }
            }

            return WorkerReply.Format(Outcome.Passed, "");
        }
        catch (UnsupportedModelException e)
        {
            return WorkerReply.Format(Outcome.Unsupported, e.Message);
        }
        catch (OrtException e)
        {
            return WorkerReply.Format(e.Code == OrtErrorCode.NotImplemented ? Outcome.Unsupported : Outcome.Failed, e.Message);
        }
        catch (Exception e) when (e is ModelException or NotSupportedException or IOException or KernelException)
        {
            return WorkerReply.Format(Outcome.Failed, $"{(e as ModelException)?.Code} {e.Message}");
        }
    }

#pragma warning disable CA1031 // Whatever goes wrong costs one case.
    private static string Guard(Func<string> run)
    {
        try
        {
            return run();
        }
        catch (Exception e)
        {
            return WorkerReply.Format(Outcome.Failed, $"{e.GetType().Name}, which is no coded error: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault()}");
        }
    }
#pragma warning restore CA1031

    private static string? RunDataSet(IConformanceSession session, string dataSet, Tolerance tolerance)
    {
        var inputs = new List<(string Name, OnnxValue Value)>();
        OrtValue[] outputs = [];
        try
        {
            for (int i = 0; i < session.Inputs.Count && FileOf(dataSet, "input", i) is { } file; i++)
            {
                inputs.Add((session.Inputs[i].Name, OnnxValueFile.Read(file, session.Inputs[i].Type)));
            }

            outputs = session.Run(inputs);
            for (int i = 0; i < outputs.Length; i++)
            {
                if (FileOf(dataSet, "output", i) is not { } file)
                {
                    return $"there is no output_{i}.pb";
                }

                var expected = OnnxValueFile.Read(file, session.Outputs[i].Type);
                if (ValueComparer.Compare(expected, outputs[i], tolerance) is { } difference)
                {
                    return $"output '{session.Outputs[i].Name}' {difference}";
                }
            }

            return null;
        }
        finally
        {
            Array.ForEach(outputs, o => o.Dispose());
        }
    }

    private static string? FileOf(string dataSet, string role, int index)
    {
        string file = Path.Combine(dataSet, $"{role}_{index}.pb");
        return File.Exists(file) ? file : null;
    }
}

/// <summary>How far a number may be from what is expected.</summary>
/// <param name="Relative">Of the expected number's magnitude.</param>
/// <param name="Absolute">Added to that.</param>
/// <param name="IsRandom">Whether only type and shape can be compared.</param>
internal sealed record Tolerance(double Relative, double Absolute, bool IsRandom)
{
    /// <summary>ONNX's own tolerances, unless the case has <c>data.json</c>.</summary>
    public static Tolerance Of(string folder)
    {
        double relative = 1e-3, absolute = 1e-7;
        string file = Path.Combine(folder, "data.json");
        if (File.Exists(file))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            relative = json.RootElement.TryGetProperty("rtol", out var r) ? r.GetDouble() : relative;
            absolute = json.RootElement.TryGetProperty("atol", out var a) ? a.GetDouble() : absolute;
        }

        return new Tolerance(relative, absolute, IsRandomCase(Path.GetFileName(folder)));
    }

    // Operators that draw random numbers: no other implementation can give the recorded ones.
    private static bool IsRandomCase(string name) =>
        name.StartsWith("test_bernoulli", StringComparison.Ordinal)
        || (name.StartsWith("test_training_dropout", StringComparison.Ordinal) && !name.Contains("zero_ratio", StringComparison.Ordinal));
}
