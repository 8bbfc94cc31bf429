using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary>One use of a weight.</summary>
/// <param name="Node">The node that reads it.</param>
/// <param name="Index">The input by which it does.</param>
/// <param name="Graph">The graph that the node is in: the weight's own or one nested in it.</param>
internal sealed record WeightUse(Node Node, int Index, Graph Graph);

/// <summary>A constant of a graph and everything that reads it.</summary>
/// <param name="Weight">The constant.</param>
/// <param name="Graph">The graph that holds it.</param>
/// <param name="Uses">Nodes that read it, in the graph's order.</param>
/// <param name="Fixed">Why it can't be replaced, or null: its caller may override it, it is an output, or it is stored sparsely.</param>
internal sealed record WeightGroup(Value Weight, Graph Graph, IReadOnlyList<WeightUse> Uses, string? Fixed)
{
    /// <summary>The content.</summary>
    public TensorData Data => Weight.Initializer!;

    /// <summary>Finds the constants of one element type, in the order of their first use. Constants that nothing reads are not among them.</summary>
    public static IReadOnlyList<WeightGroup> Find(Graph root, ElementType type)
    {
        var uses = new Dictionary<Value, List<WeightUse>>(ReferenceEqualityComparer.Instance);
        var order = new List<Value>();
        var owners = new Dictionary<Value, Graph>(ReferenceEqualityComparer.Instance);
        var results = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        foreach (Graph graph in root.AllGraphs())
        {
            results.UnionWith(graph.Outputs);
            foreach (Value value in graph.Initializers.Where(v => v.Initializer?.ElementType == type))
            {
                owners[value] = graph;
            }
        }

        foreach (Graph graph in root.AllGraphs())
        {
            foreach (Node node in graph.Nodes)
            {
                for (int i = 0; i < node.Inputs.Count; i++)
                {
                    if (node.Inputs[i] is { } value && owners.ContainsKey(value))
                    {
                        if (!uses.TryGetValue(value, out List<WeightUse>? list))
                        {
                            uses.Add(value, list = []);
                            order.Add(value);
                        }

                        list.Add(new WeightUse(node, i, graph));
                    }
                }
            }
        }

        return [.. order.Select(v => new WeightGroup(v, owners[v], uses[v], WhyFixed(v, owners[v], results)))];
    }

    private static string? WhyFixed(Value value, Graph owner, HashSet<Value> results) =>
        owner.Inputs.Contains(value) ? "it is an input with a default, which a caller may override"
        : results.Contains(value) ? "it is an output of the model or of a branch"
        : owner.SparseInitializers.ContainsKey(value) ? "it is stored sparsely"
        : null;
}
