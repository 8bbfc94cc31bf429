using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Simplification;

/// <summary>Who reads a value, over all graphs of a model, at the time this is made.</summary>
internal sealed class GraphUses
{
    private readonly Dictionary<Value, List<Node>> _consumers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Value> _outputs = new(ReferenceEqualityComparer.Instance);

    /// <summary>Looks at a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="except">Nodes that don't count.</param>
    public GraphUses(Model model, HashSet<Node>? except = null)
    {
        foreach (Graph graph in model.Graph.AllGraphs())
        {
            _outputs.UnionWith(graph.Outputs);
            foreach (Node node in graph.Nodes.Where(n => except?.Contains(n) != true))
            {
                foreach (Value input in node.Inputs.OfType<Value>())
                {
                    if (!_consumers.TryGetValue(input, out List<Node>? list))
                    {
                        _consumers.Add(input, list = []);
                    }

                    list.Add(node);
                }
            }
        }
    }

    /// <summary>The nodes that read a value, one entry for each time.</summary>
    public IReadOnlyList<Node> Of(Value value) => _consumers.TryGetValue(value, out List<Node>? list) ? list : [];

    /// <summary>Whether a value is an output of some graph.</summary>
    public bool IsOutput(Value value) => _outputs.Contains(value);

    /// <summary>The only node that reads a value, once; null when there are others or the value is an output.</summary>
    public Node? Only(Value value) => !IsOutput(value) && Of(value) is [{ } single] ? single : null;
}
