using ModelBuild.Graphs;

namespace ModelBuild.Passes.Functions;

/// <summary>Copies nodes and nested graphs, with new values under names that are not taken.</summary>
/// <param name="names">Hands out names of values.</param>
/// <param name="nodeNames">Names of nodes that are taken; ONNX Runtime refuses two of one name.</param>
/// <param name="prefix">Put before the names of copied values and nodes; may be empty.</param>
/// <param name="call">The call whose attributes <see cref="ReferenceAttribute"/> stands for, or null when there are none to replace.</param>
/// <param name="defaults">Attributes that the call need not give.</param>
internal sealed class GraphCloner(NameAllocator names, HashSet<string> nodeNames, string prefix, Node? call, IReadOnlyDictionary<string, AttributeValue>? defaults)
{
    private readonly Dictionary<Value, Value?> _values = new(ReferenceEqualityComparer.Instance);

    /// <summary>Called with each node and its copy.</summary>
    public Action<Node, Node>? Copied { get; init; }

    /// <summary>The same for nodes of a graph that the call gives as an attribute.</summary>
    public Action<Node, Node>? CopiedArgument { get; init; }

    /// <summary>Makes a value of the original stand for one of the copy; null for an input that the call leaves out.</summary>
    public void Map(Value original, Value? copy) => _values[original] = copy;

    /// <summary>The copy of a value. One that was not mapped belongs to a graph around the copied one and stands for itself.</summary>
    public Value? Find(Value? value) => value is null ? null : _values.TryGetValue(value, out Value? copy) ? copy : value;

    /// <summary>Copies one node. Nesting is that of the file, which the reader bounds.</summary>
    public Node Clone(Node node)
    {
        Value?[] inputs = [.. node.Inputs.Select(Find)];
        Value?[] outputs = [.. node.Outputs.Select(o => o is null ? null : _values.TryGetValue(o, out Value? mapped) ? mapped : CloneValue(o))];
        var copy = new Node(node.OpType, inputs, outputs, node.Domain)
        {
            Name = node.Name.Length > 0 ? NodeName(prefix + node.Name) : "",
            DocString = node.DocString,
            Overload = node.Overload,
            Unknown = node.Unknown,
        };
        foreach ((string name, AttributeValue value) in node.Attributes)
        {
            if (Clone(value) is { } cloned)
            {
                copy.Attributes.Add(name, cloned);
            }
        }

        foreach ((string key, string value) in node.Metadata)
        {
            copy.Metadata.Add(key, value);
        }

        Copied?.Invoke(node, copy);
        return copy;
    }

    /// <summary>Copies a graph with all that is nested in it.</summary>
    public Graph Clone(Graph graph)
    {
        var copy = new Graph { Name = graph.Name, DocString = graph.DocString };
        copy.Inputs.AddRange(graph.Inputs.Select(CloneValue));
        foreach (Value value in graph.Initializers)
        {
            Value cloned = _values.TryGetValue(value, out Value? known) ? known! : CloneValue(value);
            cloned.Initializer = value.Initializer;
            copy.Initializers.Add(cloned);
            if (graph.SparseInitializers.TryGetValue(value, out SparseTensor? sparse))
            {
                copy.SparseInitializers.Add(cloned, sparse);
            }
        }

        copy.Nodes.AddRange(graph.Nodes.Select(Clone));
        copy.Outputs.AddRange(graph.Outputs.Select(o => Find(o)!));
        foreach ((string key, string value) in graph.Metadata)
        {
            copy.Metadata.Add(key, value);
        }

        return copy;
    }

    /// <summary>The name, with a number appended when it is taken.</summary>
    public string NodeName(string preferred)
    {
        string name = preferred;
        for (int i = 1; !nodeNames.Add(name); i++)
        {
            name = $"{preferred}_{i}";
        }

        return name;
    }

    private Value CloneValue(Value value)
    {
        var copy = new Value(names.Next(prefix + value.Name)) { Type = value.Type, DocString = value.DocString };
        foreach ((string key, string text) in value.Metadata)
        {
            copy.Metadata.Add(key, text);
        }

        _values[value] = copy;
        return copy;
    }

    /// <summary>The attribute's copy, or null when it stands for one that the call does not give.</summary>
    private AttributeValue? Clone(AttributeValue value)
    {
        if (value is ReferenceAttribute reference)
        {
            AttributeValue? given = null;
            _ = call?.Attributes.TryGetValue(reference.Reference, out given) == true || defaults?.TryGetValue(reference.Reference, out given) == true;

            // A graph that the call gives may be used more than once, so each use gets values of its own; those around it stay.
            return given is GraphAttribute or GraphsAttribute ? new GraphCloner(names, nodeNames, "", null, null) { Copied = CopiedArgument, CopiedArgument = CopiedArgument }.Clone(given) : given;
        }

        return value switch
        {
            GraphAttribute g => new GraphAttribute(Clone(g.Value)) { DocString = g.DocString },
            GraphsAttribute g => new GraphsAttribute([.. g.Values.Select(Clone)]) { DocString = g.DocString },
            _ => value,
        };
    }
}
