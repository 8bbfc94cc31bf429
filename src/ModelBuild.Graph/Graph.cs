namespace ModelBuild.Graphs;

/// <summary>Nodes in topological order with their inputs and outputs. A graph nested in an attribute may use values of the graphs around it.</summary>
public sealed class Graph
{
    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The author's description.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Inputs in order. One that has an <see cref="Value.Initializer"/> is optional for the caller.</summary>
    public List<Value> Inputs { get; } = [];

    /// <summary>Outputs in order. May name an input, an initializer or the same value twice.</summary>
    public List<Value> Outputs { get; } = [];

    /// <summary>Nodes in topological order.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>Initializers in the file's order, those of inputs among them.</summary>
    public List<Value> Initializers { get; } = [];

    /// <summary>Values whose content was stored sparsely, as stored; each also stands in <see cref="Initializers"/> with its dense content.</summary>
    public Dictionary<Value, SparseTensor> SparseInitializers { get; } = [];

    /// <summary>Quantization parameters by value name: role (such as <c>SCALE_TENSOR</c>) to value name.</summary>
    public SortedDictionary<string, SortedDictionary<string, string>> QuantizationAnnotations { get; } = new(StringComparer.Ordinal);

    /// <summary>The author's own keys.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a constant.</summary>
    /// <param name="name">A name that is not taken; see <see cref="NameAllocator"/>.</param>
    /// <param name="data">The content.</param>
    public Value AddInitializer(string name, TensorData data)
    {
        var value = new Value(name) { Initializer = data, Type = new TensorType(data.ElementType, Shape.Of(data.Dimensions)) };
        Initializers.Add(value);
        return value;
    }

    /// <summary>Every node here and in nested graphs, outer before inner.</summary>
    public IEnumerable<Node> AllNodes()
    {
        // An explicit stack: nesting is the file's choice, so recursion depth must not be.
        var pending = new Stack<Graph>();
        pending.Push(this);
        while (pending.TryPop(out Graph? graph))
        {
            foreach (Node node in graph.Nodes)
            {
                yield return node;
                foreach (Graph inner in node.Subgraphs)
                {
                    pending.Push(inner);
                }
            }
        }
    }

    /// <summary>This graph and all graphs nested in it, outer before inner.</summary>
    public IEnumerable<Graph> AllGraphs()
    {
        var pending = new Stack<Graph>();
        pending.Push(this);
        while (pending.TryPop(out Graph? graph))
        {
            yield return graph;
            foreach (Node node in graph.Nodes)
            {
                foreach (Graph inner in node.Subgraphs)
                {
                    pending.Push(inner);
                }
            }
        }
    }
}
