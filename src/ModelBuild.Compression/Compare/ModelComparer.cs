using ModelBuild.Compression.Data;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Compression.Compare;

/// <summary>How to compare two models.</summary>
public sealed record ComparisonOptions
{
    /// <summary>When elements count as different.</summary>
    public Tolerance Tolerance { get; init; } = Tolerance.Default;

    /// <summary>Threads within an operator; 0 takes all cores.</summary>
    public int Threads { get; init; }

    /// <summary>Whether to compare every intermediate value that has the same name in both models, besides the outputs.</summary>
    public bool Layers { get; init; }

    /// <summary>Folder for intermediate files, which are deleted at the end. Null takes the system's.</summary>
    public string? TemporaryFolder { get; init; }
}

/// <summary>The differences between two models.</summary>
/// <param name="Outputs">Per output, in the original's order.</param>
/// <param name="Layers">Per intermediate value of both models, in the original's order; empty when not asked for.</param>
/// <param name="Batches">Number of calls of each model.</param>
public sealed record ModelComparison(IReadOnlyList<OutputComparison> Outputs, IReadOnlyList<OutputComparison> Layers, int Batches)
{
    /// <summary>The least cosine over the floating-point outputs, or null when no such output has one. Integers are indices more often than quantities, so they don't count.</summary>
    public double? Cosine => OutputComparison.LeastCosine(Outputs);
}

/// <summary>Runs two models on the same inputs with ONNX Runtime and compares what comes out.</summary>
public static class ModelComparer
{
    // Values exposed in one pass, so that not all activations of a model are held at a time.
    private const int LayersAtOnce = 16;

    /// <summary>Compares two ONNX files.</summary>
    /// <param name="original">The expected one.</param>
    /// <param name="result">The one to check; has the same inputs and outputs by name.</param>
    /// <param name="data">Inputs for both.</param>
    /// <param name="options">How to compare.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <exception cref="ModelException">MB3007: ONNX Runtime can't run one of them. MB3002: the data does not fit.</exception>
    public static ModelComparison Compare(string original, string result, IDataSet data, ComparisonOptions options, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<OutputComparison> outputs = ComparePair(original, result, null, data, options, cancellationToken);
        IReadOnlyList<OutputComparison> layers = options.Layers ? CompareLayers(original, result, data, options, cancellationToken) : [];
        return new ModelComparison(outputs, layers, data.Count);
    }

    private static List<OutputComparison> ComparePair(string original, string result, IReadOnlyList<string>? names, IDataSet data, ComparisonOptions options, CancellationToken cancellationToken)
    {
        OrtSessionOptions session = ModelRunner.ForComparing(options.Threads);
        using var expected = ModelRunner.Open(original, "the original model", session);
        using var actual = ModelRunner.Open(result, "the result", session);
        names ??= [.. expected.OutputNames];
        var sums = names.ToDictionary(n => n, n => new ComparisonAccumulator(n, options.Tolerance), StringComparer.Ordinal);
        IReadOnlyList<string> common = [.. names.Where(actual.OutputNames.Contains)];
        foreach (string missing in names.Except(common))
        {
            sums[missing].AddMismatch("the result has no such output");
        }

        // ONNX Runtime refuses a call that asks for no output.
        for (int i = 0; i < data.Count && common.Count > 0; i++)
        {
            IReadOnlyDictionary<string, TensorData> batch = data.GetBatch(i);
            OrtValue[] a = expected.Run(batch, common, cancellationToken);
            try
            {
                OrtValue[] b = actual.Run(batch, common, cancellationToken);
                try
                {
                    for (int k = 0; k < common.Count; k++)
                    {
                        AddPair(sums[common[k]], a[k], b[k]);
                    }
                }
                finally
                {
                    Array.ForEach(b, v => v.Dispose());
                }
            }
            finally
            {
                Array.ForEach(a, v => v.Dispose());
            }
        }

        return [.. names.Select(n => sums[n].ToResult())];
    }

    private static void AddPair(ComparisonAccumulator sums, OrtValue expected, OrtValue actual)
    {
        if (expected.Kind != actual.Kind)
        {
            sums.AddMismatch($"{actual.Kind} instead of {expected.Kind}");
        }
        else if (expected.Kind == OrtKind.Tensor)
        {
            sums.Add(OrtTensors.View(expected)!, OrtTensors.View(actual)!);
        }
        else if (expected.Kind is OrtKind.Sequence or OrtKind.Map)
        {
            OrtValue[] a = expected.GetItems();
            OrtValue[] b = actual.GetItems();
            if (a.Length != b.Length)
            {
                sums.AddMismatch($"{b.Length} entries instead of {a.Length}");
            }
            else
            {
                for (int i = 0; i < a.Length; i++)
                {
                    AddPair(sums, a[i], b[i]);
                }
            }

            Array.ForEach(a, v => v.Dispose());
            Array.ForEach(b, v => v.Dispose());
        }
    }

    private static List<OutputComparison> CompareLayers(string original, string result, IDataSet data, ComparisonOptions options, CancellationToken cancellationToken)
    {
        using Model expected = ModelFormats.Read(original);
        using Model actual = ModelFormats.Read(result);
        HashSet<string> inResult = [.. Intermediates(actual.Graph).Select(v => v.Name)];
        List<string> common = [.. Intermediates(expected.Graph).Select(v => v.Name).Where(inResult.Contains)];
        var comparisons = new List<OutputComparison>();
        using var folder = new TemporaryFolder(options.TemporaryFolder);
        string a = Path.Combine(folder.Path, "original.onnx");
        string b = Path.Combine(folder.Path, "result.onnx");
        foreach (string[] names in common.Chunk(LayersAtOnce))
        {
            Expose(expected, names, a);
            Expose(actual, names, b);
            comparisons.AddRange(ComparePair(a, b, names, data, options, cancellationToken));
        }

        return comparisons;
    }

    private static IEnumerable<Value> Intermediates(Graph graph) => graph.Nodes.SelectMany(n => n.Outputs).OfType<Value>().Where(v => v.Name.Length > 0 && !graph.Outputs.Contains(v));

    /// <summary>Writes the model with further outputs; leaves the model in memory as it was.</summary>
    internal static void Expose(Model model, IReadOnlyCollection<string> names, string path)
    {
        HashSet<string> wanted = [.. names];
        int count = model.Graph.Outputs.Count;
        model.Graph.Outputs.AddRange(Intermediates(model.Graph).Where(v => wanted.Contains(v.Name)).ToList());
        ModelFormats.Write(model, path, new ModelWriteOptions { ExternalData = true });
        model.Graph.Outputs.RemoveRange(count, model.Graph.Outputs.Count - count);
    }
}
