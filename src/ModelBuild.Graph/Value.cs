namespace ModelBuild.Graphs;

/// <summary>An edge of the graph: a graph input, an initializer, or one output of one node.</summary>
public sealed class Value(string name)
{
    /// <summary>Name, unique within the model's graph and every graph nested in it.</summary>
    public string Name { get; set; } = name;

    /// <summary>Type, or null when neither stated nor inferred.</summary>
    public GraphType? Type { get; set; }

    /// <summary>Element type and shape when <see cref="Type"/> is a dense tensor, else null.</summary>
    public TensorType? Tensor => Type as TensorType;

    /// <summary>Known content: an initializer. A graph input that has one may be overridden by the caller.</summary>
    public TensorData? Initializer { get; set; }

    /// <summary>The node that computes this value, or null for graph inputs and initializers.</summary>
    public Node? Producer { get; internal set; }

    /// <summary>The author's description; empty when there is none.</summary>
    public string DocString { get; set; } = "";

    /// <summary>The author's own keys.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}
