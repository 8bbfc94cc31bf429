using ModelBuild.Compression.Data;
using ModelBuild.Conformance.Engines;
using ModelBuild.Conformance.Suite;
using ModelBuild.Conformance.Values;
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

    /// <summary>Checks a file and answers for <see cref="WorkerReply"/>.</summary>
    public static string Check(IConformanceEngine engine, string path)
    {
        List<(string Name, OnnxValue Value)> inputs;
        OrtValue[] expected = [];
        bool isRandom;
        try
        {
            (inputs, isRandom) = RandomFeeds(path);
            using IConformanceSession oracle = new OnnxRuntimeEngine().Open(path);
            expected = oracle.Run(inputs);
            // A model that draws random numbers does not even agree with itself.
            OrtValue[] again = oracle.Run(inputs);
            isRandom |= expected.Select((e, i) => ValueComparer.Compare(e, again[i], new Tolerance(0, 0, IsRandom: false))).Any(d => d is not null);
        }
        catch (Exception e) when (e is ModelException or OrtException or UnsupportedModelException or NotSupportedException or IOException)
        {
            return WorkerReply.Format(Outcome.Unsupported, NoOracle + e.Message);
        }

        try
        {
            using IConformanceSession session = engine.Open(path);
            OrtValue[] actual = session.Run(inputs);
            for (int i = 0; i < expected.Length; i++)
            {
                if (ValueComparer.Compare(expected[i], actual[i], ToleranceOf(expected[i]) with { IsRandom = isRandom }) is { } difference)
                {
                    return WorkerReply.Format(Outcome.Failed, $"output '{session.Outputs[i].Name}' {difference}");
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
    }

    private static (List<(string Name, OnnxValue Value)> Feeds, bool DrawsNumbers) RandomFeeds(string path)
    {
        using Model model = new OnnxFormat().Read(path);
        List<(string, OnnxValue)> feeds = [.. new RandomInputs(model, new RandomInputOptions()).GetBatch(0).Select(i => (i.Key, (OnnxValue)new OnnxTensorValue(i.Value)))];
        return (feeds, model.Graph.AllNodes().Any(n => n.OpType.StartsWith("Random", StringComparison.Ordinal) || n.OpType is "Bernoulli" or "Multinomial"));
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
        return new Tolerance(relative, Math.Max(1e-7, relative * largest / 10), IsRandom: false);
    }
}
