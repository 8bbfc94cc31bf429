using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary>Replaces nodes of one graph while keeping the order; the list is rebuilt once, so that many edits stay cheap.</summary>
internal sealed class GraphEditor(Graph graph, NameAllocator names)
{
    private readonly Dictionary<Node, List<Node>> _replacements = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(Value, string), Value> _shared = [];
    private readonly List<Node> _first = [];
    private List<Node>? _current;

    /// <summary>The graph.</summary>
    public Graph Graph => graph;

    /// <summary>A value that one computation from <paramref name="source"/> gives, made by the first node that asks for it and shared by the later ones of this graph.</summary>
    public Value Share(Value source, string what, Func<Value> make)
    {
        if (!_shared.TryGetValue((source, what), out Value? value))
        {
            _shared.Add((source, what), value = make());
        }

        return value;
    }

    /// <summary>Collects what <see cref="Add"/> makes in place of a node. Call it in the graph's order.</summary>
    public void Replace(Node node, Action rewrite)
    {
        _current = [];
        _replacements.Add(node, _current);
        rewrite();
        _current = null;
    }

    /// <summary>Adds a node with new outputs: in place of the node being replaced, else before all others.</summary>
    public Node Add(string opType, IEnumerable<Value?> inputs, params IEnumerable<string> outputs) => Place(new Node(opType, inputs, outputs.Select(o => new Value(names.Next(o)))));

    /// <summary>Adds a node that computes an existing value, which loses its former producer.</summary>
    public Node AddFor(Value output, string opType, IEnumerable<Value?> inputs)
    {
        output.Producer?.SetOutput(output.Producer.Outputs.ToList().IndexOf(output), null);
        return Place(new Node(opType, inputs, [output]));
    }

    /// <summary>Adds an initializer.</summary>
    public Value AddInitializer(string name, TensorData data) => graph.AddInitializer(names.Next(name), data);

    /// <summary>Carries the edits out.</summary>
    public void Apply()
    {
        var nodes = new List<Node>(_first);
        foreach (Node node in graph.Nodes)
        {
            if (_replacements.TryGetValue(node, out List<Node>? instead))
            {
                nodes.AddRange(instead);
            }
            else
            {
                nodes.Add(node);
            }
        }

        graph.Nodes.Clear();
        graph.Nodes.AddRange(nodes);
    }

    private Node Place(Node node)
    {
        (_current ?? _first).Add(node);
        return node;
    }
}
