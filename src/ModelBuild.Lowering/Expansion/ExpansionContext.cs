using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;

namespace ModelBuild.Lowering.Expansion;

/// <summary>A node while it is expanded.</summary>
internal sealed class ExpansionContext(Graph graph, Node node, NameAllocator names, InferenceResult types)
{
    /// <summary>The node.</summary>
    public Node Node { get; } = node;

    /// <summary>The nodes that replace it, in order.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>Shape of a value as far as it is known.</summary>
    public Shape? ShapeOf(Value? value) => value is null ? null : (types.TypeOf(value) as TensorType)?.Shape ?? value.Tensor?.Shape;

    /// <summary>Type of a value's elements; float32 when it is not known.</summary>
    public ElementType ElementOf(Value? value) => (value is null ? null : (types.TypeOf(value) as TensorType) ?? value.Tensor)?.ElementType is { } type and not ElementType.Undefined ? type : ElementType.Float32;

    /// <summary>A dimension's size when it is fixed.</summary>
    public long? SizeOf(Value? value, Index dimension) => ShapeOf(value) is { } shape && dimension.GetOffset(shape.Rank) is var at && at >= 0 && at < shape.Rank && shape[at].IsFixed ? shape[at].Value : null;

    /// <summary>Adds a node with one output.</summary>
    public Value Add(string opType, IEnumerable<Value?> inputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes) => AddMany(opType, inputs, 1, attributes)[0];

    /// <summary>Adds a node.</summary>
    public Value[] AddMany(string opType, IEnumerable<Value?> inputs, int outputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        string stem = Node.Name.Length > 0 ? Node.Name : Node.Outputs.FirstOrDefault(o => o is not null)?.Name ?? Node.OpType;
        Value[] values = [.. Enumerable.Range(0, outputs).Select(_ => new Value(names.Next($"{stem}.{opType}")))];
        var added = new Node(opType, inputs, values) { Name = Node.Name };
        foreach ((string name, AttributeValue value) in attributes)
        {
            added.Attributes[name] = value;
        }

        Nodes.Add(added);
        return values;
    }

    /// <summary>Makes a value the node's output; nothing when the node has no such output.</summary>
    public void Give(int output, Value value)
    {
        if (Node.Output(output) is { } target)
        {
            Node.SetOutput(output, null);
            Nodes.Add(new Node("Identity", [value], [target]));
        }
    }

    /// <summary>A constant list of integers.</summary>
    public Value Integers(params ReadOnlySpan<long> values) => graph.AddInitializer(names.Next($"{Node.OpType}.integers"), TensorData.Int64s(values));

    /// <summary>A constant integer.</summary>
    public Value Integer(long value) => graph.AddInitializer(names.Next($"{Node.OpType}.integer"), TensorData.Scalar(value));

    /// <summary>A constant.</summary>
    public Value Constant(TensorData data) => graph.AddInitializer(names.Next($"{Node.OpType}.constant"), data);

    /// <summary>A constant number of a type.</summary>
    public Value Number(float value, ElementType type)
    {
        Value number = Constant(TensorData.Scalar(value));
        return type == ElementType.Float32 ? number : Cast(number, type);
    }

    /// <summary>Converts elements.</summary>
    public Value Cast(Value value, ElementType type) => Add("Cast", [value], ("to", new IntAttribute((long)type)));

    /// <summary>A value of the node's graph by its name, or null.</summary>
    public Value? Find(string name) => graph.Inputs.Concat(graph.Nodes.SelectMany(n => n.Outputs.OfType<Value>())).FirstOrDefault(v => v.Name == name);

    /// <summary>The nodes of the graph before this one, as they were before anything was expanded.</summary>
    public IEnumerable<Node> Before() => graph.Nodes.TakeWhile(n => n != Node);

    /// <summary>Moves the nodes of a graph of one input and one output here.</summary>
    /// <returns>Its output.</returns>
    public Value Inline(Graph body, Value input)
    {
        graph.Initializers.AddRange(body.Initializers.Where(i => !body.Inputs.Contains(i)));
        foreach (Node node in body.AllNodes())
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                node.Inputs[i] = node.Inputs[i] == body.Inputs[0] ? input : node.Inputs[i];
            }

            foreach (Graph inner in node.Subgraphs)
            {
                for (int i = 0; i < inner.Outputs.Count; i++)
                {
                    inner.Outputs[i] = inner.Outputs[i] == body.Inputs[0] ? input : inner.Outputs[i];
                }
            }
        }

        Nodes.AddRange(body.Nodes);
        return body.Outputs[0] == body.Inputs[0] ? input : body.Outputs[0];
    }

    /// <summary>The sum of a value and an optional one.</summary>
    public Value Plus(Value value, Value? optional) => optional is null ? value : Add("Add", [value, optional]);

    /// <summary>An attribute of the node under another name, with a default.</summary>
    public (string Name, AttributeValue Value) Keep(string name, AttributeValue otherwise, string? renamed = null) => (renamed ?? name, Node.Attributes.GetValueOrDefault(name) ?? otherwise);
}
