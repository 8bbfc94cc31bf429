using System.Text;

namespace ModelBuild.Graphs;

/// <summary>Value of an attribute, after ONNX's <c>AttributeProto</c>.</summary>
public abstract class AttributeValue
{
    /// <summary>The author's description.</summary>
    public string DocString { get; set; } = "";

    /// <summary>An integer attribute.</summary>
    public static implicit operator AttributeValue(long value) => new IntAttribute(value);

    /// <summary>A float attribute.</summary>
    public static implicit operator AttributeValue(float value) => new FloatAttribute(value);

    /// <summary>A text attribute.</summary>
    public static implicit operator AttributeValue(string value) => new StringAttribute(value);

    /// <summary>An integer-list attribute.</summary>
    public static implicit operator AttributeValue(long[] values) => new IntsAttribute(values);

    /// <summary>A float-list attribute.</summary>
    public static implicit operator AttributeValue(float[] values) => new FloatsAttribute(values);

    /// <summary>A text-list attribute.</summary>
    public static implicit operator AttributeValue(string[] values) => new StringsAttribute([.. values.Select(v => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(v))]);

    /// <summary>A tensor attribute.</summary>
    public static implicit operator AttributeValue(TensorData value) => new TensorAttribute(value);

    /// <summary>A graph attribute.</summary>
    public static implicit operator AttributeValue(Graph value) => new GraphAttribute(value);

    /// <summary>An integer attribute that holds ONNX's number of an element type.</summary>
    public static implicit operator AttributeValue(ElementType value) => new IntAttribute((long)value);
}

/// <summary>A float.</summary>
public sealed class FloatAttribute(float value) : AttributeValue
{
    /// <summary>The value.</summary>
    public float Value { get; } = value;
}

/// <summary>An integer.</summary>
public sealed class IntAttribute(long value) : AttributeValue
{
    /// <summary>The value.</summary>
    public long Value { get; } = value;
}

/// <summary>Bytes, nearly always UTF-8 text.</summary>
public sealed class StringAttribute(byte[] bytes) : AttributeValue
{
    /// <summary>Makes the attribute of text.</summary>
    public StringAttribute(string text)
        : this(Encoding.UTF8.GetBytes(text))
    {
    }

    /// <summary>The bytes as they stand in the file.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>The bytes as text; invalid sequences become the replacement character.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);
}

/// <summary>A tensor.</summary>
public sealed class TensorAttribute(TensorData value) : AttributeValue
{
    /// <summary>The value.</summary>
    public TensorData Value { get; } = value;
}

/// <summary>A sparse tensor.</summary>
public sealed class SparseTensorAttribute(SparseTensor value) : AttributeValue
{
    /// <summary>The value.</summary>
    public SparseTensor Value { get; } = value;
}

/// <summary>A graph: a branch or a loop body.</summary>
public sealed class GraphAttribute(Graph value) : AttributeValue
{
    /// <summary>The value.</summary>
    public Graph Value { get; } = value;
}

/// <summary>A type.</summary>
public sealed class TypeAttribute(GraphType value) : AttributeValue
{
    /// <summary>The value.</summary>
    public GraphType Value { get; } = value;
}

/// <summary>Floats.</summary>
public sealed class FloatsAttribute(IReadOnlyList<float> values) : AttributeValue
{
    /// <summary>The values.</summary>
    public IReadOnlyList<float> Values { get; } = values;
}

/// <summary>Integers.</summary>
public sealed class IntsAttribute(IReadOnlyList<long> values) : AttributeValue
{
    /// <summary>The values.</summary>
    public IReadOnlyList<long> Values { get; } = values;
}

/// <summary>Texts.</summary>
public sealed class StringsAttribute(IReadOnlyList<ReadOnlyMemory<byte>> values) : AttributeValue
{
    /// <summary>The values as bytes.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Values { get; } = values;

    /// <summary>The values as text.</summary>
    public IEnumerable<string> Texts => Values.Select(v => Encoding.UTF8.GetString(v.Span));
}

/// <summary>Tensors.</summary>
public sealed class TensorsAttribute(IReadOnlyList<TensorData> values) : AttributeValue
{
    /// <summary>The values.</summary>
    public IReadOnlyList<TensorData> Values { get; } = values;
}

/// <summary>Sparse tensors.</summary>
public sealed class SparseTensorsAttribute(IReadOnlyList<SparseTensor> values) : AttributeValue
{
    /// <summary>The values.</summary>
    public IReadOnlyList<SparseTensor> Values { get; } = values;
}

/// <summary>Graphs.</summary>
public sealed class GraphsAttribute(IReadOnlyList<Graph> values) : AttributeValue
{
    /// <summary>The values.</summary>
    public IReadOnlyList<Graph> Values { get; } = values;
}

/// <summary>Types.</summary>
public sealed class TypesAttribute(IReadOnlyList<GraphType> values) : AttributeValue
{
    /// <summary>The values.</summary>
    public IReadOnlyList<GraphType> Values { get; } = values;
}

/// <summary>Inside a function: stands for the attribute of that name of the call.</summary>
/// <param name="reference">Name of the function's attribute.</param>
/// <param name="type">ONNX's number of the attribute's type.</param>
public sealed class ReferenceAttribute(string reference, int type) : AttributeValue
{
    /// <summary>Name of the function's attribute.</summary>
    public string Reference { get; } = reference;

    /// <summary>ONNX's number of the attribute's type.</summary>
    public int Type { get; } = type;
}
