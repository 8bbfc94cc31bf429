using System.Globalization;
using ModelBuild.Formats.Importing;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Reading;

/// <summary>One node that applies a primitive: its inputs, its attributes, and the graph that is built.</summary>
internal sealed class PrimitiveCall(string primitive, GraphBuilder builder, IReadOnlyList<MindValue> inputs, IReadOnlyDictionary<string, MindValue> attributes)
{
    /// <summary>Name of the primitive.</summary>
    public string Primitive { get; } = primitive;

    /// <summary>The graph that is built.</summary>
    public GraphBuilder Builder { get; } = builder;

    /// <summary>Inputs without those that only order side effects.</summary>
    public IReadOnlyList<MindValue> Inputs { get; } = inputs;

    /// <summary>Adds an ONNX operator and gives its only output.</summary>
    public MindValue Emit(string opType, IEnumerable<Value?> values, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes) => new MindTensor(Builder.Add(opType, values, attributes));

    /// <summary>Whether there is an input at an index that is not None.</summary>
    public bool Has(int index) => index < Inputs.Count && Inputs[index] is not MindNone;

    /// <summary>The tensor at an index; constants become one.</summary>
    public Value Tensor(int index) => index < Inputs.Count ? ToTensor(Inputs[index]) : throw new UnsupportedOperatorException($"input {index} is missing");

    /// <summary>The tensor at an index, or null when it is left out.</summary>
    public Value? OptionalTensor(int index) => Has(index) ? Tensor(index) : null;

    /// <summary>Tensors that are given as one tuple or one after the other.</summary>
    public IReadOnlyList<Value> Tensors() => Inputs is [MindTuple tuple, ..] ? [.. tuple.Items.Select(i => ToTensor(i))] : [.. Inputs.Where(i => i is MindTensor or MindData).Select(i => ToTensor(i))];

    /// <summary>A value as a tensor. Numbers take the type of <paramref name="like"/>'s elements.</summary>
    public Value ToTensor(MindValue value, Value? like = null) => value switch
    {
        MindTensor t => t.Value,
        MindData d => Builder.Constant(d.Data),
        MindScalar { Value: string } => throw new UnsupportedOperatorException("it takes text as a tensor"),
        MindScalar s when like is not null => Builder.NumberLike(Number(s), like),
        MindScalar { Value: long i } => Builder.Integer(i),
        MindScalar { Value: bool b } => Builder.Number(b ? 1 : 0, ElementType.Bool),
        MindScalar { Value: double d } => Builder.Number(d),
        MindTuple t when t.Items.All(i => i is MindScalar { Value: long or bool }) => Builder.Integers([.. t.Items.Select(i => (long)Number((MindScalar)i))]),
        MindTuple t when t.Items.Count > 0 => Builder.Add("Concat", t.Items.Select(i => Builder.Reshape(Builder.Cast(ToTensor(i), ElementType.Int64), -1)), ("axis", 0L)),
        _ => throw new UnsupportedOperatorException("an input is no tensor"),
    };

    /// <summary>An argument that is an attribute or, in newer versions, an input; null when it is neither.</summary>
    public MindValue? Argument(string name, int index = -1) => attributes.TryGetValue(name, out MindValue? value) && value is not MindNone ? value
        : index >= 0 && index < Inputs.Count && Inputs[index] is not MindNone ? Inputs[index]
        : null;

    /// <summary>An integer argument.</summary>
    public long Int(string name, int index, long defaultValue) => Argument(name, index) is { } value ? Ints(value, name) is [long one] ? one : throw NotConstant(name) : defaultValue;

    /// <summary>A truth argument.</summary>
    public bool Bool(string name, int index = -1, bool defaultValue = false) => Int(name, index, defaultValue ? 1 : 0) != 0;

    /// <summary>A list of integers; null when it is not given.</summary>
    public long[]? Ints(string name, int index = -1) => Argument(name, index) is { } value ? Ints(value, name) : null;

    /// <summary>A number.</summary>
    public float Float(string name, int index, float defaultValue) => Argument(name, index) switch
    {
        null => defaultValue,
        MindScalar { Value: long or double or bool } s => (float)Number(s),
        MindData { Data: { ElementCount: 1 } data } => data.ToFloat32().As<float>()[0],
        MindTensor t when Builder.ConstantOf(t.Value) is { ElementCount: 1 } data => data.ToFloat32().As<float>()[0],
        _ => throw NotConstant(name),
    };

    /// <summary>Text in lower case; a number as its digits.</summary>
    public string Text(string name, int index, string defaultValue) => Argument(name, index) switch
    {
        MindScalar { Value: string s } => s.ToLowerInvariant(),
        MindScalar { Value: long i } => i.ToString(CultureInfo.InvariantCulture),
        MindTuple { Items: [MindScalar { Value: string s }, ..] } => s.ToLowerInvariant(),
        null => defaultValue,
        _ => throw NotConstant(name),
    };

    /// <summary>An element type, given as such or by MindSpore's number; undefined when it is not given.</summary>
    public ElementType Type(string name, int index = -1) => Argument(name, index) switch
    {
        MindType t => t.Type,
        MindScalar { Value: long id } => MindTypes.OfId(id),
        _ => ElementType.Undefined,
    };

    /// <summary>Axes that are attributes or an input; an empty list stands for all.</summary>
    public long[] Axes(string name, int index) => Ints(name, index) ?? [];

    /// <summary>Number of dimensions of a tensor.</summary>
    public int Rank(Value value) => Builder.RankOf(value) ?? throw new UnsupportedOperatorException("the number of dimensions of its input is not known");

    /// <summary>Refuses a layout in which channels come last.</summary>
    public void RequireChannelsFirst()
    {
        if (Text("format", -1, Text("data_format", -1, "nchw")) is "nhwc" or "ndhwc" or "1")
        {
            throw new UnsupportedOperatorException("channels come last (format NHWC); export the model with format NCHW");
        }
    }

    private static double Number(MindScalar scalar) => Convert.ToDouble(scalar.Value, CultureInfo.InvariantCulture);

    private static UnsupportedOperatorException NotConstant(string name) => new($"'{name}' is computed when the model runs; it has to be a constant");

    private long[] Ints(MindValue value, string name) => value switch
    {
        MindScalar { Value: long i } => [i],
        MindScalar { Value: bool b } => [b ? 1 : 0],
        MindTuple t => [.. t.Items.SelectMany(i => Ints(i, name))],
        MindData { Data: { ElementCount: <= 1024 } data } when data.ElementType.IsInteger() => data.ToInt64().As<long>().ToArray(),
        MindTensor t when Builder.IntegersOf(t.Value) is { } known => known,
        MindTensor t when Builder.ConstantOf(t.Value) is { ElementCount: <= 1024 } data && data.ElementType.IsInteger() => data.ToInt64().As<long>().ToArray(),
        _ => throw NotConstant(name),
    };
}
