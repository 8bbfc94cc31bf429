using System.Buffers.Binary;
using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset;

/// <summary>One node being adapted, and the means to put others in its place.</summary>
internal sealed class AdapterContext(Graph graph, Node node, NameAllocator names, KnownTypes types)
{
    private readonly List<Node> _before = [];
    private readonly List<Node> _after = [];

    /// <summary>The node.</summary>
    public Node Node { get; } = node;

    /// <summary>The version that is being left: one below the adapter's, or lower.</summary>
    public long Version { get; set; }

    /// <summary>Whether the node was replaced, so that no other adapter sees it.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>The nodes to put in the node's place, itself among them unless it was replaced.</summary>
    public IEnumerable<Node> Result => IsReplaced ? _before.Concat(_after) : [.. _before, Node, .. _after];

    /// <summary>The name allocator of the whole model.</summary>
    public NameAllocator Names { get; } = names;

    /// <summary>A constant.</summary>
    public Value Constant(string hint, TensorData data) => graph.AddInitializer(Names.Next(NameOf(hint)), data);

    /// <summary>A constant of one dimension.</summary>
    public Value Constant(string hint, IReadOnlyList<long> values) => Constant(hint, TensorData.Int64s([.. values]));

    /// <summary>A single number of the type of another value; computed by a node when the type is not known.</summary>
    public Value ScalarLike(string hint, double number, Value like)
    {
        ElementType type = ElementTypeOf(like);
        if (TryMakeScalar(type, number) is { } data)
        {
            return Constant(hint, data);
        }

        return Before("CastLike", [Constant(hint, TensorData.Scalar((float)number)), like], hint);
    }

    /// <summary>Adds a node of the target version before this one and returns its only output.</summary>
    public Value Before(string opType, IEnumerable<Value?> inputs, string hint, params IEnumerable<(string Name, AttributeValue Value)> attributes)
    {
        var output = new Value(Names.Next(NameOf(hint)));
        _before.Add(Make(opType, inputs, [output], attributes));
        return output;
    }

    /// <summary>Puts a node of the target version in this one's place; it gets this node's outputs, the first <paramref name="outputCount"/> of them.</summary>
    public Node Replace(string opType, IEnumerable<Value?> inputs, int outputCount = 1, params IEnumerable<(string Name, AttributeValue Value)> attributes)
    {
        var outputs = new Value?[Math.Min(outputCount, Node.Outputs.Count)];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = Node.Outputs[i];
            Node.SetOutput(i, null);
        }

        Node replacement = Make(opType, inputs, outputs, attributes);
        replacement.Name = Node.Name;
        replacement.DocString = Node.DocString;
        foreach ((string key, string value) in Node.Metadata)
        {
            replacement.Metadata.Add(key, value);
        }

        _after.Add(replacement);
        IsReplaced = true;
        return replacement;
    }

    /// <summary>Gives this node a fresh output and computes the old one from it by a node of the target version that follows.</summary>
    public void After(int output, string opType, Func<Value, IEnumerable<Value?>> inputs, params IEnumerable<(string Name, AttributeValue Value)> attributes)
    {
        Value old = Node.Outputs[output]!;
        var fresh = new Value(Names.Next(old.Name));
        Node.SetOutput(output, fresh);
        _after.Insert(0, Make(opType, inputs(fresh), [old], attributes));
    }

    /// <summary>Sets an input, adding left-out ones before it when there are fewer.</summary>
    public void SetInput(int index, Value? value)
    {
        while (Node.Inputs.Count <= index)
        {
            Node.Inputs.Add(null);
        }

        Node.Inputs[index] = value;
    }

    /// <summary>Removes an integer-list attribute and returns it.</summary>
    public IReadOnlyList<long>? TakeInts(string name)
    {
        IReadOnlyList<long>? values = Node.GetInts(name);
        Node.Attributes.Remove(name);
        return values;
    }

    /// <summary>The number of dimensions, or null when not known.</summary>
    public int? RankOf(Value value) => ShapeOf(value)?.Rank;

    /// <summary>The element type, or undefined when not known.</summary>
    public ElementType ElementTypeOf(Value value) => types.Of(value)?.ElementType ?? ElementType.Undefined;

    /// <summary>The shape, or null when not even the rank is known.</summary>
    public Shape? ShapeOf(Value value) => types.Of(value)?.Shape;

    /// <summary>The error for a node that can't be expressed in the target version.</summary>
    public ModelException Fail(string reason) => new(
        "MB2002",
        $"Node {Node.DisplayName} is written for operator set {Version} and can't be raised to {Normalize.TargetOpset}: {reason}. Export the model with a newer operator set.");

    private static Node Make(string opType, IEnumerable<Value?> inputs, IEnumerable<Value?> outputs, IEnumerable<(string Name, AttributeValue Value)> attributes)
    {
        var node = new Node(opType, inputs, outputs);
        foreach ((string name, AttributeValue value) in attributes)
        {
            node.Attributes.Add(name, value);
        }

        return node;
    }

    private static MemoryTensorData? TryMakeScalar(ElementType type, double number)
    {
        var bytes = new byte[8];
        switch (type)
        {
            case ElementType.Float32:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)number);
                break;
            case ElementType.Float64:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
                break;
            case ElementType.Float16:
                BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)number);
                break;
            case ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64
                or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)number);
                break;
            default:
                return null;
        }

        return new MemoryTensorData(type, [], bytes[..(type.BitSize() / 8)]);
    }

    private string NameOf(string hint) => $"{(Node.Name.Length > 0 ? Node.Name : Node.Outputs.FirstOrDefault(o => o is not null)?.Name ?? Node.OpType)}_{hint}";
}
