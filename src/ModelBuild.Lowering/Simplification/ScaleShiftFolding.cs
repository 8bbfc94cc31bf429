using ModelBuild.Graphs;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Simplification;

/// <summary>
/// Merges products with and sums of constants, one number or one per channel, into the convolution before them: <c>(w * x + b) * s + t</c> has the
/// weights <c>w * s</c> and the bias <c>b * s + t</c>.
/// </summary>
internal sealed class ScaleShiftFolding : IPass
{
    /// <inheritdoc/>
    public string Name => "ScaleShiftFolding";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        var names = new NameAllocator(model.Graph);
        foreach (Graph graph in model.Graph.AllGraphs())
        {
            var removed = new HashSet<Node>(ReferenceEqualityComparer.Instance);
            var uses = new GraphUses(model);
            foreach (Node convolution in graph.Nodes.Where(n => n is { Domain: "", OpType: "Conv" }))
            {
                while (Fold(graph, uses, convolution, names) is { } folded)
                {
                    removed.Add(folded);
                    entries.Add(new PassEntry(folded.DisplayName, true, $"{convolution.DisplayName} does it."));
                    uses = new GraphUses(model, removed);
                }
            }

            graph.Nodes.RemoveAll(removed.Contains);
        }

        return new PassResult(Name, entries);
    }

    private static Node? Fold(Graph graph, GraphUses uses, Node convolution, NameAllocator names)
    {
        Value result = convolution.Output(0)!;
        if (uses.Only(result) is not { Domain: "", OpType: "Mul" or "Add" } node || !graph.Nodes.Contains(node) || convolution.Input(1)?.Initializer is not { ElementType: ElementType.Float32, Rank: >= 3 } weights
            || (convolution.Input(2) is { } b && b.Initializer is not { ElementType: ElementType.Float32 }))
        {
            return null;
        }

        int channels = (int)weights.Dimensions[0];
        Value? other = node.Input(0) == result ? node.Input(1) : node.Input(0);
        if (PerChannel(other, channels, weights.Rank - 1) is not { } numbers || weights.ElementCount > int.MaxValue)
        {
            return null;
        }

        float[] bias = convolution.Input(2)?.Initializer!.As<float>().ToArray() ?? new float[channels];
        if (bias.Length != channels)
        {
            return null;
        }

        if (node.OpType == "Mul")
        {
            float[] scaled = weights.As<float>().ToArray();
            int each = scaled.Length / channels;
            for (int i = 0; i < scaled.Length; i++)
            {
                scaled[i] *= numbers[i / each];
            }

            convolution.Inputs[1] = graph.AddInitializer(names.Next(convolution.Inputs[1]!.Name), TensorData.Create<float>(ElementType.Float32, weights.Dimensions, scaled));
        }

        for (int i = 0; i < channels; i++)
        {
            bias[i] = node.OpType == "Mul" ? bias[i] * numbers[i] : bias[i] + numbers[i];
        }

        if (node.OpType == "Add" || convolution.Input(2) is not null)
        {
            Value merged = graph.AddInitializer(names.Next(convolution.Inputs[1]!.Name + "_bias"), TensorData.Create<float>(ElementType.Float32, [channels], bias));
            while (convolution.Inputs.Count < 3)
            {
                convolution.Inputs.Add(null);
            }

            convolution.Inputs[2] = merged;
        }

        Value output = node.Output(0)!;
        node.SetOutput(0, null);
        convolution.SetOutput(0, output);
        return node;
    }

    // One number, or one per channel with as many dimensions of size one behind it as the image has.
    private static float[]? PerChannel(Value? value, int channels, int fromEnd)
    {
        if (value?.Initializer is not { ElementType: ElementType.Float32 } data)
        {
            return null;
        }

        if (data.ElementCount == 1 && data.Rank <= fromEnd + 1)
        {
            return [.. Enumerable.Repeat(data.As<float>()[0], channels)];
        }

        return data.ElementCount == channels && data.Rank >= fromEnd && data.Rank <= fromEnd + 1 && data.Dimensions[data.Rank - fromEnd] == channels ? data.As<float>().ToArray() : null;
    }
}
