using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary>
/// Some exporters list every weight among the inputs too, which older ONNX asked for. Nobody passes those, but as inputs they are not constants: they can't be compressed, and
/// ONNX Runtime can't fold them. A model that lists only some of its constants does so on purpose and is left alone.
/// </summary>
internal static class WeightInputs
{
    // Passes add small constants of their own.
    private const long SmallestWeight = 1024;

    /// <summary>Makes the weights of such a model constants.</summary>
    public static void Apply(Model model, List<string> notes)
    {
        Graph graph = model.Graph;
        HashSet<Value> inputs = new(graph.Inputs, ReferenceEqualityComparer.Instance);
        Value[] weights = [.. graph.Initializers.Where(v => v.Initializer is { ByteLength: >= SmallestWeight } data && data.ElementType.IsFloat())];
        if (weights.Length > 1 && weights.All(inputs.Contains))
        {
            int listed = graph.Inputs.Count(i => i.Initializer is not null);
            graph.Inputs.RemoveAll(i => i.Initializer is not null);
            notes.Add($"The file lists {listed} weights as inputs with defaults, as old exporters did; in the result they are constants.");
        }
    }
}
