namespace ModelBuild.Graphs;

/// <summary>One application of an operator.</summary>
public sealed class Node
{
    /// <summary>Makes a node and takes ownership of its outputs.</summary>
    /// <param name="opType">Operator name, such as <c>Conv</c>.</param>
    /// <param name="inputs">Inputs in the operator's order; null for an optional one that is left out.</param>
    /// <param name="outputs">Outputs in the operator's order; null for an optional one that is left out.</param>
    /// <param name="domain">Operator set; empty for ONNX's own.</param>
    public Node(string opType, IEnumerable<Value?> inputs, IEnumerable<Value?> outputs, string domain = "")
    {
        OpType = opType;
        Domain = domain;
        Inputs = [.. inputs];
        _outputs = [.. outputs];
        foreach (Value? output in _outputs)
        {
            output?.Producer = this;
        }
    }

    private readonly List<Value?> _outputs;

    /// <summary>Operator name.</summary>
    public string OpType { get; set; }

    /// <summary>Operator set; empty for ONNX's own (<c>ai.onnx</c> is normalized to empty on reading).</summary>
    public string Domain { get; set; }

    /// <summary>Distinguishes functions of the same name; usually empty.</summary>
    public string Overload { get; set; } = "";

    /// <summary>The author's name of this node; may be empty and need not be unique.</summary>
    public string Name { get; set; } = "";

    /// <summary>The author's description.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Inputs in the operator's order; null for an optional one that is left out.</summary>
    public List<Value?> Inputs { get; }

    /// <summary>Outputs in the operator's order; null for an optional one that is left out. Change them with <see cref="SetOutput"/>.</summary>
    public IReadOnlyList<Value?> Outputs => _outputs;

    /// <summary>Attributes by name, in ordinal order.</summary>
    public SortedDictionary<string, AttributeValue> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>The author's own keys.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Parts of the source that nothing here models (device placement and the like), kept for writing back.</summary>
    public byte[]? Unknown { get; set; }

    /// <summary>Replaces output <paramref name="index"/>, growing the list with left-out outputs when needed.</summary>
    public void SetOutput(int index, Value? value)
    {
        while (_outputs.Count <= index)
        {
            _outputs.Add(null);
        }

        if (_outputs[index] is { } old && ReferenceEquals(old.Producer, this))
        {
            old.Producer = null;
        }

        _outputs[index] = value;
        value?.Producer = this;
    }

    /// <summary>Input <paramref name="index"/>, or null when it is left out or past the end.</summary>
    public Value? Input(int index) => index < Inputs.Count ? Inputs[index] : null;

    /// <summary>Output <paramref name="index"/>, or null when it is left out or past the end.</summary>
    public Value? Output(int index) => index < _outputs.Count ? _outputs[index] : null;

    /// <summary>Integer attribute, or <paramref name="defaultValue"/> when absent.</summary>
    public long GetInt(string name, long defaultValue = 0) => Attributes.TryGetValue(name, out AttributeValue? a) && a is IntAttribute i ? i.Value : defaultValue;

    /// <summary>Float attribute, or <paramref name="defaultValue"/> when absent.</summary>
    public float GetFloat(string name, float defaultValue = 0) => Attributes.TryGetValue(name, out AttributeValue? a) && a is FloatAttribute f ? f.Value : defaultValue;

    /// <summary>Text attribute, or <paramref name="defaultValue"/> when absent.</summary>
    public string GetString(string name, string defaultValue = "") => Attributes.TryGetValue(name, out AttributeValue? a) && a is StringAttribute s ? s.Text : defaultValue;

    /// <summary>Integer-list attribute, or null when absent.</summary>
    public IReadOnlyList<long>? GetInts(string name) => Attributes.TryGetValue(name, out AttributeValue? a) && a is IntsAttribute i ? i.Values : null;

    /// <summary>Float-list attribute, or null when absent.</summary>
    public IReadOnlyList<float>? GetFloats(string name) => Attributes.TryGetValue(name, out AttributeValue? a) && a is FloatsAttribute f ? f.Values : null;

    /// <summary>Tensor attribute, or null when absent.</summary>
    public TensorData? GetTensor(string name) => Attributes.TryGetValue(name, out AttributeValue? a) && a is TensorAttribute t ? t.Value : null;

    /// <summary>Graph attribute, or null when absent.</summary>
    public Graph? GetGraph(string name) => Attributes.TryGetValue(name, out AttributeValue? a) && a is GraphAttribute g ? g.Value : null;

    /// <summary>Every graph held by an attribute.</summary>
    public IEnumerable<Graph> Subgraphs
    {
        get
        {
            foreach (AttributeValue attribute in Attributes.Values)
            {
                if (attribute is GraphAttribute g)
                {
                    yield return g.Value;
                }
                else if (attribute is GraphsAttribute many)
                {
                    foreach (Graph graph in many.Values)
                    {
                        yield return graph;
                    }
                }
            }
        }
    }

    /// <summary>How messages call this node: its name, or its first output's when it has none, with the operator.</summary>
    public string DisplayName => $"{(Name.Length > 0 ? Name : _outputs.Find(o => o is not null)?.Name ?? "?")} ({(Domain.Length > 0 ? Domain + "." : "")}{OpType})";

    /// <inheritdoc/>
    public override string ToString() => DisplayName;
}
