using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Writing;

/// <summary>
/// The names under which values are written. A value keeps its own unless another value that was met earlier has it or it is empty; the inputs and outputs
/// of the outermost graph are met first, because they are the model's signature.
/// </summary>
internal sealed class OnnxValueNames
{
    private readonly Dictionary<Value, string> _names = new(ReferenceEqualityComparer.Instance);

    public OnnxValueNames(Graph root)
    {
        List<Graph> graphs = [.. root.AllGraphs()];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        List<Value>? late = null;
        foreach (Graph graph in graphs)
        {
            IEnumerable<Value> values = graph.Inputs.Concat(graph.Outputs).Concat(graph.Initializers).Concat(graph.Nodes.SelectMany(n => n.Outputs).OfType<Value>());
            foreach (Value value in values)
            {
                if (_names.ContainsKey(value))
                {
                    continue;
                }

                if (value.Name.Length > 0 && taken.Add(value.Name))
                {
                    _names.Add(value, value.Name);
                }
                else
                {
                    _names.Add(value, "");
                    (late ??= []).Add(value);
                }
            }
        }

        if (late is not null)
        {
            var allocator = new NameAllocator(root);
            foreach (Value value in late)
            {
                _names[value] = allocator.Next(value.Name.Length > 0 ? value.Name : "value");
            }
        }
    }

    /// <summary>The name; empty for a value that is left out.</summary>
    /// <exception cref="ModelException">Nothing in the model defines the value: a defect of the pass that made the node.</exception>
    public string this[Value? value] => value is null ? "" : _names.TryGetValue(value, out string? name)
        ? name
        : throw new ModelException("MB1009", $"A node uses '{value.Name}', which no input, initializer or node of the model defines.");
}
