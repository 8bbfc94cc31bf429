using ModelBuild.Compression;
using ModelBuild.Compression.Compare;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Lowering;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Tool.Compiling;

/// <summary>The first value of a model that the compiled backend computes differently.</summary>
/// <param name="Value">Name of the value.</param>
/// <param name="Layer">Node that computes it.</param>
/// <param name="Difference">How it differs.</param>
internal sealed record LayerDifference(string Value, string Layer, string Difference);

/// <summary>Compares values between the nodes of a model with ONNX Runtime's.</summary>
internal static class LayerComparer
{
    // Values exposed in one pass, so that not all activations of a model are held at a time.
    private const int AtOnce = 16;

    /// <summary>Finds the first value that differs, in the order of the nodes.</summary>
    public static LayerDifference? FindFirst(LoweredModel lowered, string original, IReadOnlyDictionary<string, TensorData> batch, double maxRelativeError, CancellationToken cancellationToken)
    {
        foreach ((string name, string layer, OutputComparison comparison) in Compare(lowered, original, batch, cancellationToken))
        {
            if (Difference(comparison, maxRelativeError) is { } difference)
            {
                return new LayerDifference(name, layer, difference);
            }
        }

        return null;
    }

    /// <summary>Compares every value that both sides compute under the same name.</summary>
    public static IEnumerable<(string Name, string Layer, OutputComparison Comparison)> Compare(LoweredModel lowered, string original, IReadOnlyDictionary<string, TensorData> batch, CancellationToken cancellationToken)
    {
        HashSet<string> computed = [];
        using (var runner = new CompiledRunner(lowered))
        {
            runner.Watch((name, _) => computed.Add(name));
            runner.Run(batch);
        }

        using Model model = ModelFormats.Read(original);
        List<(string Name, string Layer)> values = [.. model.Graph.Nodes.SelectMany(n => n.Outputs.OfType<Value>().Select(v => (v.Name, n.DisplayName))).Where(v => computed.Contains(v.Name))];
        using var folder = new TemporaryFolder(null);
        string exposed = Path.Combine(folder.Path, "layers.onnx");
        foreach ((string Name, string Layer)[] part in values.Chunk(AtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Dictionary<string, TensorData> actual = [];
            using (var runner = new CompiledRunner(lowered))
            {
                runner.Watch((name, data) =>
                {
                    if (part.Any(p => p.Name == name))
                    {
                        actual[name] = data;
                    }
                });
                runner.Run(batch);
            }

            string[] names = [.. part.Select(p => p.Name)];
            ModelComparer.Expose(model, names, exposed);
            using ModelRunner reference = ModelRunner.Open(exposed, "the original model", ModelRunner.ForComparing(1));
            OrtValue[] expected = reference.Run(batch, names, cancellationToken);
            for (int i = 0; i < names.Length; i++)
            {
                using OrtValue value = expected[i];
                if (OrtTensors.View(value) is { } tensor && actual.TryGetValue(names[i], out TensorData? mine))
                {
                    var sums = new ComparisonAccumulator(names[i], Tolerance.Default);
                    sums.Add(tensor, mine);
                    yield return (names[i], part[i].Layer, sums.ToResult());
                }
            }
        }
    }

    /// <summary>How two tensors differ, or null when they agree.</summary>
    public static string? Difference(string name, TensorData expected, TensorData actual, double maxRelativeError)
    {
        var sums = new ComparisonAccumulator(name, Tolerance.Default);
        sums.Add(expected, actual);
        return Difference(sums.ToResult(), maxRelativeError);
    }

    // The error of the whole tensor decides: single elements near zero are rounding of larger ones.
    private static string? Difference(OutputComparison comparison, double maxRelativeError)
    {
        if (comparison.Mismatch is { } mismatch)
        {
            return $"has {mismatch}";
        }

        if (comparison.NonFiniteMismatches > 0)
        {
            return $"is NaN or infinite in {comparison.NonFiniteMismatches} of {comparison.Elements} elements where the other is not";
        }

        bool isExact = !comparison.ElementType.IsFloat();
        double noise = comparison.SignalToNoise is { } decibels ? Math.Pow(10, -decibels / 20) : 0;
        return comparison.OutOfTolerance == 0 || (!isExact && noise <= maxRelativeError) ? null
            : FormattableString.Invariant($"differs in {comparison.OutOfTolerance} of {comparison.Elements} elements, by up to {comparison.MaxAbsolute:G3}");
    }
}
