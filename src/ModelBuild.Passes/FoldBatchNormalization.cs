using System.Runtime.InteropServices;
using ModelBuild.Graphs;

namespace ModelBuild.Passes;

/// <summary>
/// Merges a <c>BatchNormalization</c> into the convolution before it: with <c>f = scale / sqrt(variance + epsilon)</c> the weights of each output channel become <c>f * w</c>
/// and the bias <c>f * (b - mean) + shift</c>. The same up to the rounding of one product.
/// </summary>
internal static class FoldBatchNormalization
{
    /// <summary>Changes the model in place and notes what was merged and what was not, and why.</summary>
    public static void Apply(Model model, List<string> notes)
    {
        int folded = 0;
        var declined = new SortedDictionary<string, int>(StringComparer.Ordinal);
        Dictionary<Value, int> uses = CountUses(model.Graph);
        var names = new NameAllocator(model.Graph);
        foreach (Graph graph in model.Graph.AllGraphs().ToList())
        {
            var scope = new Scope(graph, uses);
            var removed = new HashSet<Node>(ReferenceEqualityComparer.Instance);
            var parameters = new HashSet<Value>(ReferenceEqualityComparer.Instance);
            foreach (Node node in graph.Nodes.Where(n => n is { OpType: "BatchNormalization", Domain: "" } && n.Input(0)?.Producer is { OpType: "Conv", Domain: "" }))
            {
                if (scope.WhyNot(node) is { } reason)
                {
                    declined[reason] = declined.GetValueOrDefault(reason) + 1;
                }
                else
                {
                    parameters.UnionWith(Fold(node, graph, names));
                    removed.Add(node);
                    folded++;
                }
            }

            graph.Nodes.RemoveAll(removed.Contains);
            HashSet<Value> used = new(graph.AllNodes().SelectMany(n => n.Inputs).OfType<Value>().Concat(graph.Outputs), ReferenceEqualityComparer.Instance);
            graph.Initializers.RemoveAll(v => parameters.Contains(v) && !used.Contains(v));
        }

        if (folded > 0)
        {
            notes.Add($"Merged {folded} BatchNormalization into the convolution before.");
        }

        notes.AddRange(declined.Select(d => $"Kept {d.Value} BatchNormalization after a convolution: {d.Key}."));
    }

    private static Dictionary<Value, int> CountUses(Graph root)
    {
        var uses = new Dictionary<Value, int>(ReferenceEqualityComparer.Instance);
        foreach (Value value in root.AllNodes().SelectMany(n => n.Inputs).OfType<Value>())
        {
            uses[value] = uses.GetValueOrDefault(value) + 1;
        }

        return uses;
    }

    private static float[] Factors(Node node)
    {
        ReadOnlySpan<float> scale = node.Input(1)!.Initializer!.As<float>();
        ReadOnlySpan<float> variance = node.Input(4)!.Initializer!.As<float>();
        float epsilon = node.GetFloat("epsilon", 1e-5f);
        float[] factors = new float[scale.Length];
        for (int i = 0; i < factors.Length; i++)
        {
            factors[i] = (float)(scale[i] / Math.Sqrt((double)variance[i] + epsilon));
        }

        return factors;
    }

    /// <summary>Merges one, and returns the constants that it no longer reads.</summary>
    private static List<Value> Fold(Node node, Graph graph, NameAllocator names)
    {
        Node convolution = node.Input(0)!.Producer!;
        List<Value> parameters = [.. node.Inputs.Skip(1).Append(convolution.Input(2)).OfType<Value>()];
        float[] factors = Factors(node);
        ReadOnlySpan<float> shift = node.Input(2)!.Initializer!.As<float>();
        ReadOnlySpan<float> mean = node.Input(3)!.Initializer!.As<float>();
        ReadOnlySpan<float> before = convolution.Input(2) is { } old ? old.Initializer!.As<float>() : new float[factors.Length];
        float[] bias = new float[factors.Length];
        for (int i = 0; i < bias.Length; i++)
        {
            bias[i] = (float)(((double)factors[i] * ((double)before[i] - mean[i])) + shift[i]);
        }

        Value weight = convolution.Input(1)!;
        weight.Initializer = new ScaledTensor(weight.Initializer!, factors);
        Value merged = graph.AddInitializer(names.Next($"{weight.Name}_bias"), TensorData.Create<float>(ElementType.Float32, [bias.Length], bias));
        if (convolution.Inputs.Count > 2)
        {
            convolution.Inputs[2] = merged;
        }
        else
        {
            convolution.Inputs.Add(merged);
        }

        Value output = node.Output(0)!;
        node.SetOutput(0, null);
        convolution.SetOutput(0, output);
        return parameters;
    }

    /// <summary>What must be known about the graph around.</summary>
    private sealed class Scope(Graph graph, Dictionary<Value, int> uses)
    {
        private readonly HashSet<Value> _outputs = new(graph.Outputs, ReferenceEqualityComparer.Instance);
        private readonly HashSet<Value> _inputs = new(graph.Inputs, ReferenceEqualityComparer.Instance);
        private readonly HashSet<Value> _initializers = new(graph.Initializers, ReferenceEqualityComparer.Instance);
        private readonly HashSet<Node> _nodes = new(graph.Nodes, ReferenceEqualityComparer.Instance);

        /// <summary>Why a normalization can't be merged, or null.</summary>
        public string? WhyNot(Node node)
        {
            Node convolution = node.Input(0)!.Producer!;
            return !_nodes.Contains(convolution) ? "the convolution is in another graph"
                : uses[node.Input(0)!] > 1 || _outputs.Contains(node.Input(0)!) ? "the convolution's output is used elsewhere too"
                : node.GetInt("training_mode") != 0 || node.Outputs.Skip(1).Any(o => o is not null) ? "it is in training mode"
                : !IsConstant(convolution.Input(1)) || !IsOwn(convolution.Input(1)!) || (convolution.Input(2) is { } bias && !IsConstant(bias)) ? "the convolution's weights are shared or not constant"
                : !Enumerable.Range(1, 4).All(i => IsConstant(node.Input(i)) && node.Input(i)!.Initializer!.ElementCount == convolution.Input(1)!.Initializer!.Dimensions[0]) ? "its parameters are not constant"
                : !Array.TrueForAll(Factors(node), float.IsFinite) ? "a factor is not finite"
                : null;
        }

        private bool IsConstant(Value? value) => value?.Initializer is { ElementType: ElementType.Float32 } && _initializers.Contains(value) && !_inputs.Contains(value);

        private bool IsOwn(Value value) => uses[value] == 1 && !_outputs.Contains(value) && !graph.SparseInitializers.ContainsKey(value) && value.Initializer!.Rank > 0;
    }

    /// <summary>A tensor times a factor per index of the first axis, computed when read.</summary>
    private sealed class ScaledTensor(TensorData source, float[] factors) : TensorData(source.ElementType, source.Dimensions)
    {
        public override ReadOnlySpan<byte> GetBytes(long offset, int length)
        {
            // Single bytes may be asked for; whole elements are computed.
            long first = offset / sizeof(float);
            long end = (offset + length + sizeof(float) - 1) / sizeof(float);
            ReadOnlySpan<float> elements = MemoryMarshal.Cast<byte, float>(source.GetBytes(first * sizeof(float), checked((int)((end - first) * sizeof(float)))));
            float[] scaled = new float[elements.Length];
            long channel = ElementCount / factors.Length;
            for (int i = 0; i < scaled.Length;)
            {
                long at = first + i;
                int count = (int)Math.Min(scaled.Length - i, channel - (at % channel));
                System.Numerics.Tensors.TensorPrimitives.Multiply(elements.Slice(i, count), factors[at / channel], scaled.AsSpan(i, count));
                i += count;
            }

            return MemoryMarshal.AsBytes<float>(scaled).Slice((int)(offset - (first * sizeof(float))), length);
        }
    }
}
