using ModelBuild.Compression.Data;
using ModelBuild.Conformance.Engines;
using ModelBuild.Conformance.Suite;
using ModelBuild.Conformance.Values;
using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Models;

/// <summary>Runs a model on random inputs with an engine and with ONNX Runtime, and compares.</summary>
internal static class ModelChecker
{
    /// <summary>Starts the detail of a model that ONNX Runtime does not run, so that there is nothing to compare with.</summary>
    public const string NoOracle = "no oracle: ";

    private const double Relative = 1e-4;
    private const double RelativeOfHalf = 2e-2;

    // Sizes of open dimensions. The second kind shows what the first has left behind, and the first comes again.
    private static readonly long[] s_sizes = [16, 512, 1, 64];

    /// <summary>Checks a file and answers for <see cref="WorkerReply"/>.</summary>
    /// <param name="engine">Who runs the model.</param>
    /// <param name="question">The file, a tab, and shapes of inputs as <c>name=1,3;name=2</c>.</param>
    public static string Check(IConformanceEngine engine, string question)
    {
        string path = question.Split('\t')[0];
        var calls = new List<RecordedCall>();
        try
        {
            string? refusal = Record(path, ParseShapes(question.Split('\t')[1]), calls);
            if (calls.Count == 0)
            {
                return WorkerReply.Format(Outcome.Unsupported, NoOracle + refusal);
            }

            using IConformanceSession session = engine.Open(path);
            foreach (RecordedCall call in (IEnumerable<RecordedCall>)[.. calls, calls[0]])
            {
                if (Compare(session, call) is { } difference)
                {
                    return WorkerReply.Format(Outcome.Failed, $"open dimensions of {call.Size}: {difference}");
                }
            }

            return WorkerReply.Format(Outcome.Passed, "");
        }
        catch (UnsupportedModelException e)
        {
            return WorkerReply.Format(Outcome.Unsupported, e.Message);
        }
        catch (Exception e) when (e is ModelException or NotSupportedException or IOException or OrtException)
        {
            return WorkerReply.Format(Outcome.Failed, $"{(e as ModelException)?.Code} {e.Message}");
        }
        catch (Exception e)
        {
            return WorkerReply.Format(Outcome.Failed, e.ToString());
        }
        finally
        {
            calls.ForEach(c => c.Dispose());
        }
    }

    private static Dictionary<string, IReadOnlyList<long>> ParseShapes(string text) => text.Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(s => s.Split('='))
        .ToDictionary(s => s[0], s => (IReadOnlyList<long>)[.. s[1].Split(',').Select(d => long.Parse(d, System.Globalization.CultureInfo.InvariantCulture))]);

    private static string? Compare(IConformanceSession session, RecordedCall call)
    {
        OrtValue[] actual = session.Run(call.Inputs);
        try
        {
            return call.Outputs
                .Select((e, i) => ValueComparer.Compare(e, actual[i], ToleranceOf(e) with { IsRandom = call.IsRandom }) is { } d ? $"output '{session.Outputs[i].Name}' {d}" : null)
                .FirstOrDefault(d => d is not null);
        }
        finally
        {
            Array.ForEach(actual, a => a.Dispose());
        }
    }

    // Up to two calls that ONNX Runtime carries out, with open dimensions of different sizes. Returns why the last one failed.
    private static string? Record(string path, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes, List<RecordedCall> calls)
    {
        string? refusal = null;
        try
        {
            using Model model = new OnnxFormat().Read(path);
            bool drawsNumbers = model.Graph.AllNodes().Any(n => n.OpType.StartsWith("Random", StringComparison.Ordinal) || n.OpType is "Bernoulli" or "Multinomial");
            using IConformanceSession oracle = new OnnxRuntimeEngine().Open(path);
            for (int i = 0; i < s_sizes.Length && calls.Count < 2; i++)
            {
                try
                {
                    var data = new RandomInputs(model, new RandomInputOptions { DefaultSize = s_sizes[i], Seed = i, Shapes = shapes });
                    List<(string, OnnxValue)> inputs = [.. data.GetBatch(0).Select(v => (v.Key, (OnnxValue)new OnnxTensorValue(v.Value)))];
                    OrtValue[] outputs = oracle.Run(inputs);
                    // A model that draws random numbers does not even agree with itself.
                    OrtValue[] again = oracle.Run(inputs);
                    bool isRandom = drawsNumbers || outputs.Select((e, o) => ValueComparer.Compare(e, again[o], new Tolerance(0, 0, IsRandom: false))).Any(d => d is not null);
                    Array.ForEach(again, a => a.Dispose());
                    calls.Add(new RecordedCall(s_sizes[i], inputs, outputs, isRandom));
                }
                catch (OrtException e)
                {
                    refusal = e.Message;
                }
            }
        }
        catch (Exception e) when (e is ModelException or OrtException or UnsupportedModelException or NotSupportedException or IOException)
        {
            refusal = e.Message;
        }

        return refusal;
    }

    // Relative to the number itself, and to a tenth of the largest of the output for numbers that are what is left of a sum.
    private static Tolerance ToleranceOf(OrtValue expected)
    {
        if (expected.Kind != OrtKind.Tensor || expected.ElementType == TensorElementType.String)
        {
            return new Tolerance(Relative, 1e-6, IsRandom: false);
        }

        double largest = 0;
        for (int i = 0; i < expected.ElementCount; i++)
        {
            double magnitude = ElementDecoder.Read((ElementType)expected.ElementType, expected.Bytes, i).Magnitude;
            largest = double.IsFinite(magnitude) ? Math.Max(largest, magnitude) : largest;
        }

        double relative = expected.ElementType is TensorElementType.Float16 or TensorElementType.BFloat16 ? RelativeOfHalf : Relative;
        return new Tolerance(relative, Math.Max(1e-6, relative * largest / 10), IsRandom: false);
    }
}

/// <summary>What ONNX Runtime gave for some inputs.</summary>
/// <param name="Size">Size of open dimensions.</param>
/// <param name="Inputs">The inputs.</param>
/// <param name="Outputs">The outputs.</param>
/// <param name="IsRandom">Whether only their types and shapes count.</param>
internal sealed record RecordedCall(long Size, IReadOnlyList<(string Name, OnnxValue Value)> Inputs, OrtValue[] Outputs, bool IsRandom) : IDisposable
{
    public void Dispose() => Array.ForEach(Outputs, o => o.Dispose());
}
