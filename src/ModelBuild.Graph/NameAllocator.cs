namespace ModelBuild.Graphs;

/// <summary>Hands out value names that no graph of a model uses yet.</summary>
public sealed class NameAllocator
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _next = new(StringComparer.Ordinal);

    /// <summary>Starts from the names of a graph and of all graphs nested in it.</summary>
    public NameAllocator(Graph graph)
    {
        foreach (Graph g in graph.AllGraphs())
        {
            foreach (Value value in g.Inputs.Concat(g.Initializers).Concat(g.Nodes.SelectMany(n => n.Outputs).OfType<Value>()))
            {
                _taken.Add(value.Name);
            }
        }
    }

    /// <summary>Returns <paramref name="preferred"/>, with a number appended when it is taken, and takes it.</summary>
    public string Next(string preferred)
    {
        if (_taken.Add(preferred))
        {
            return preferred;
        }

        int number = _next.GetValueOrDefault(preferred, 1);
        string name;
        do
        {
            name = $"{preferred}_{number++}";
        }
        while (!_taken.Add(name));

        _next[preferred] = number;
        return name;
    }
}
