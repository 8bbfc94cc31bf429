using System.Diagnostics.CodeAnalysis;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>The names of one graph while it is read, within those of the graphs around it.</summary>
internal sealed class GraphScope(GraphScope? outer, string path)
{
    private const int NotComputed = -1;
    private readonly Dictionary<string, (Value Value, int Producer)> _values = new(StringComparer.Ordinal);

    /// <summary>Index of the node being read.</summary>
    public int CurrentNode { get; set; }

    /// <summary>Whether a node uses what a later one computes.</summary>
    public bool IsUnsorted { get; private set; }

    /// <summary>Makes a value that no node computes.</summary>
    public Value Define(string name, string what) => Define(name, NotComputed, what);

    /// <summary>Makes the output of a node.</summary>
    public Value DefineOutput(string name, int node, string what) => Define(name, node, what);

    /// <summary>A value of this graph itself.</summary>
    public bool TryGetOwn(string name, [NotNullWhen(true)] out Value? value)
    {
        bool found = _values.TryGetValue(name, out (Value Value, int Producer) entry);
        value = entry.Value;
        return found;
    }

    /// <summary>The value that a name means here.</summary>
    /// <exception cref="ModelException">Nothing defines it.</exception>
    public Value Resolve(string name, Func<string> user)
    {
        for (GraphScope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._values.TryGetValue(name, out (Value Value, int Producer) entry))
            {
                scope.IsUnsorted |= entry.Producer >= scope.CurrentNode;
                return entry.Value;
            }
        }

        throw new ModelException("MB1009", $"{user()} uses '{name}', which no input, initializer or node defines.", path);
    }

    private GraphScope? Outer { get; } = outer;

    private Value Define(string name, int producer, string what)
    {
        var value = new Value(name);
        return _values.TryAdd(name, (value, producer))
            ? value
            : throw new ModelException("MB1009", $"{what} '{name}' is defined twice in one graph.", path);
    }
}
