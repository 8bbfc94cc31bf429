using ModelBuild.Graphs.Inference;

namespace ModelBuild.Graphs.Building;

/// <summary>
/// Builds a graph of ONNX operators node by node. Names are made unique, and types, shapes and small integer contents are inferred as
/// nodes are added, so that whoever builds can ask for them.
/// </summary>
public sealed class GraphBuilder
{
    private readonly ProgressiveInference _inference;
    private readonly Dictionary<string, Value> _integers;

    // Names of nodes need not be unique in ONNX, but ONNX Runtime refuses them otherwise.
    private readonly NameAllocator _nodeNames;

    /// <summary>Builds the main graph of a model.</summary>
    /// <param name="model">A model whose <see cref="Model.OpsetImports"/> are set.</param>
    public GraphBuilder(Model model)
        : this(model, model.Graph, new NameAllocator(model.Graph), new NameAllocator(new Graph()), new ProgressiveInference(model))
    {
    }

    private GraphBuilder(Model model, Graph graph, NameAllocator names, NameAllocator nodeNames, ProgressiveInference inference)
    {
        Model = model;
        Graph = graph;
        Names = names;
        _nodeNames = nodeNames;
        _inference = inference;
        _integers = [];
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The graph that is being built.</summary>
    public Graph Graph { get; }

    /// <summary>Names that are taken in the whole model.</summary>
    public NameAllocator Names { get; }

    /// <summary>Name of what is being translated, such as the source's node: new nodes carry it, numbered from the second one on, and their outputs' names start with it.</summary>
    public string Scope { get; set; } = "";

    /// <summary>A builder of a nested graph (a branch or a loop body), which may use the values of this one.</summary>
    public GraphBuilder Nested(string name = "") => new(Model, new Graph { Name = name }, Names, _nodeNames, _inference) { Scope = Scope };

    /// <summary>Adds an input. A dimension that is open gets a name.</summary>
    public Value Input(string name, ElementType elementType, Shape? shape)
    {
        string unique = Names.Next(name);
        if (shape is not null)
        {
            shape = new Shape([.. shape.Select((d, i) => d.IsUnknown ? Dimension.Named($"{unique}_dim{i}") : d)]);
        }

        return Input(new Value(unique) { Type = new TensorType(elementType, shape) });
    }

    /// <summary>Adds an input whose type is set.</summary>
    public Value Input(Value value)
    {
        Graph.Inputs.Add(value);
        _inference.Declare(value);
        return value;
    }

    /// <summary>
    /// Adds an output under a name of its own. A value of this graph is renamed; one that has a name to keep (an input, a constant, another
    /// output, a value of an outer graph) goes through an Identity.
    /// </summary>
    public Value Output(Value value, string name)
    {
        bool isFree = value.Producer is not null && Graph.Nodes.Contains(value.Producer) && !Graph.Outputs.Contains(value);
        if (value.Name != name || !isFree)
        {
            if (isFree)
            {
                value.Name = Names.Next(name);
            }
            else
            {
                value = AddNamed("Identity", [value], [Names.Next(name)])[0];
            }
        }

        Graph.Outputs.Add(value);
        return value;
    }

    /// <summary>Adds a node with one output.</summary>
    public Value Add(string opType, IEnumerable<Value?> inputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes) => AddMany(opType, inputs, 1, attributes)[0];

    /// <summary>Adds a node with several outputs.</summary>
    public Value[] AddMany(string opType, IEnumerable<Value?> inputs, int outputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        string stem = Scope.Length > 0 ? $"{Scope}/{opType}" : opType;
        var names = new string[outputs];
        for (int i = 0; i < outputs; i++)
        {
            names[i] = Names.Next(outputs == 1 ? stem : $"{stem}:{i}");
        }

        return AddNamed(opType, inputs, names, attributes);
    }

    /// <summary>Adds a node whose outputs have given names.</summary>
    /// <param name="opType">Operator of ONNX's own set, or <c>domain::Name</c>.</param>
    /// <param name="inputs">Inputs; null where one is left out. Left-out ones at the end are dropped.</param>
    /// <param name="outputs">Names that <see cref="Names"/> handed out.</param>
    /// <param name="attributes">Attributes.</param>
    public Value[] AddNamed(string opType, IEnumerable<Value?> inputs, IReadOnlyList<string> outputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        Value[] values = [.. outputs.Select(o => new Value(o))];
        List<Value?> used = [.. inputs];
        while (used.Count > 0 && used[^1] is null)
        {
            used.RemoveAt(used.Count - 1);
        }

        string[] parts = opType.Split("::");
        var node = new Node(parts[^1], used, values, parts.Length > 1 ? parts[0] : "") { Name = Scope.Length > 0 ? _nodeNames.Next(Scope) : "" };
        foreach ((string name, AttributeValue value) in attributes)
        {
            node.Attributes[name] = value;
        }

        Add(node);
        return values;
    }

    /// <summary>Adds a node that was made elsewhere.</summary>
    public void Add(Node node)
    {
        Graph.Nodes.Add(node);
        _inference.Visit(node);
    }

    /// <summary>Adds a constant.</summary>
    public Value Constant(TensorData data, string? name = null)
    {
        Value value = Graph.AddInitializer(Names.Next(name ?? (Scope.Length > 0 ? $"{Scope}/constant" : "constant")), data);
        _inference.DeclareConstant(value);
        return value;
    }

    /// <summary>A constant list of 64-bit integers; the same list is stored once in a graph.</summary>
    public Value Integers(params ReadOnlySpan<long> values) => Shared($"[{string.Join(',', values.ToArray())}]", TensorData.Int64s(values));

    /// <summary>A constant 64-bit integer without dimensions; the same number is stored once in a graph.</summary>
    public Value Integer(long value) => Shared(value.ToString(System.Globalization.CultureInfo.InvariantCulture), TensorData.Scalar(value));

    /// <summary>A constant number of a type, without dimensions.</summary>
    /// <exception cref="ArgumentException">The type is none of the usual numbers.</exception>
    public Value Number(double value, ElementType type = ElementType.Float32) => Constant(Scalar(value, type));

    /// <summary>A constant number of the type of another value's elements.</summary>
    public Value NumberLike(double value, Value like) => Number(value, ElementOf(like) is var type && type != ElementType.Undefined ? type : ElementType.Float32);

#pragma warning disable CA1822 // Members like those below, which ask the inference.
    /// <summary>Type of a value's elements; undefined when not known.</summary>
    public ElementType ElementOf(Value value) => value.Tensor?.ElementType ?? ElementType.Undefined;

    /// <summary>Shape of a value as far as it is known.</summary>
    public Shape? ShapeOf(Value value) => value.Tensor?.Shape;

    /// <summary>Number of dimensions, or null when not known.</summary>
    public int? RankOf(Value value) => value.Tensor?.Shape?.Rank;
#pragma warning restore CA1822

    /// <summary>Content of a constant, or null.</summary>
    public TensorData? ConstantOf(Value? value) => value?.Initializer ?? _inference.ConstantOf(value);

    /// <summary>The elements of an integer value when all are known at build time, though it may be computed (from shapes); else null.</summary>
    public long[]? IntegersOf(Value? value) => _inference.IntegersOf(value);

    /// <summary>The elements of an integer value, each a number, a formula over the inputs' free sizes, or unknown; null when their number is not known.</summary>
    public IReadOnlyList<Dimension>? SizesOf(Value? value) => _inference.SizesOf(value);

    /// <summary>Converts elements; nothing is added when they are of that type already.</summary>
    public Value Cast(Value value, ElementType type) => ElementOf(value) == type ? value : Add("Cast", [value], ("to", type));

    /// <summary>Reorders axes; a constant is reordered itself, and an order that changes nothing adds nothing.</summary>
    public Value Transpose(Value value, params ReadOnlySpan<int> permutation)
    {
        bool isIdentity = true;
        var perm = new long[permutation.Length];
        for (int i = 0; i < perm.Length; i++)
        {
            perm[i] = permutation[i];
            isIdentity &= perm[i] == i;
        }

        return isIdentity ? value
            : value.Initializer is { } data && data.ElementType.BitSize() >= 8 && !Graph.Inputs.Contains(value) ? Constant(data.Transpose(permutation), value.Name)
            : Add("Transpose", [value], ("perm", perm));
    }

    /// <summary>Gives other dimensions, 0 and -1 as ONNX's Reshape has them; a constant is reshaped itself.</summary>
    public Value Reshape(Value value, params ReadOnlySpan<long> dimensions) =>
        value.Initializer is { } data && !Graph.Inputs.Contains(value) && !dimensions.ContainsAny(-1, 0)
            ? Constant(data.Reshape(dimensions), value.Name)
            : Add("Reshape", [value, Integers(dimensions)]);

    /// <summary>Inserts dimensions of size 1.</summary>
    public Value Unsqueeze(Value value, params ReadOnlySpan<long> axes) => Add("Unsqueeze", [value, Integers(axes)]);

    /// <summary>Removes dimensions of size 1.</summary>
    public Value Squeeze(Value value, params ReadOnlySpan<long> axes) => Add("Squeeze", [value, Integers(axes)]);

    /// <summary>A single number as a tensor without dimensions.</summary>
    /// <exception cref="ArgumentException">The type is none of the usual numbers.</exception>
    public static TensorData Scalar(double value, ElementType type) => type switch
    {
        ElementType.Float32 => One(type, (float)value),
        ElementType.Float64 => One(type, value),
        ElementType.Float16 => One(type, (Half)value),
        ElementType.BFloat16 => One(type, (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16)),
        ElementType.Int64 => One(type, (long)value),
        ElementType.Int32 => One(type, (int)value),
        ElementType.Int16 => One(type, (short)value),
        ElementType.Int8 => One(type, (sbyte)value),
        ElementType.UInt64 => One(type, (ulong)value),
        ElementType.UInt32 => One(type, (uint)value),
        ElementType.UInt16 => One(type, (ushort)value),
        ElementType.UInt8 => One(type, (byte)value),
        ElementType.Bool => One(type, (byte)(value != 0 ? 1 : 0)),
        _ => throw new ArgumentException($"There is no number of type {type.Name()}.", nameof(type)),
    };

    private static TensorData One<T>(ElementType type, T element)
        where T : unmanaged => TensorData.Create(type, [], new ReadOnlySpan<T>(in element));

    private Value Shared(string key, TensorData data)
    {
        if (!_integers.TryGetValue(key, out Value? value))
        {
            value = Graph.AddInitializer(Names.Next("integers"), data);
            _inference.DeclareConstant(value);
            _integers.Add(key, value);
        }

        return value;
    }
}
