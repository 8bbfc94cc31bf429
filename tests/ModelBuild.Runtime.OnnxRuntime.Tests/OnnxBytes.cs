using System.Text;

namespace ModelBuild.OnnxRuntime.Tests;

/// <summary>Writes small ONNX models field by field, so that these tests depend on nothing but ONNX Runtime.</summary>
internal static class OnnxBytes
{
    /// <summary>A model of nodes, inputs and outputs.</summary>
    public static byte[] Model(byte[][] nodes, byte[][] inputs, byte[][] outputs, byte[][]? initializers = null, int opset = 17) =>
    [
        .. Integer(1, 8),
        .. Message(7, Graph(nodes, inputs, outputs, initializers)),
        .. Message(8, [.. Text(1, ""), .. Integer(2, (ulong)opset)]),
    ];

    /// <summary>A graph.</summary>
    public static byte[] Graph(byte[][] nodes, byte[][] inputs, byte[][] outputs, byte[][]? initializers = null) =>
    [
        .. nodes.SelectMany(n => Message(1, n)),
        .. Text(2, "g"),
        .. (initializers ?? []).SelectMany(t => Message(5, t)),
        .. inputs.SelectMany(v => Message(11, v)),
        .. outputs.SelectMany(v => Message(12, v)),
    ];

    /// <summary>A node; names separated by blanks.</summary>
    public static byte[] Node(string operation, string inputs, string outputs, params byte[][] attributes) =>
    [
        .. Split(inputs).SelectMany(i => Text(1, i)),
        .. Split(outputs).SelectMany(o => Text(2, o)),
        .. Text(4, operation),
        .. attributes.SelectMany(a => Message(5, a)),
    ];

    /// <summary>A tensor's name, type and shape; a dimension that is no number is a symbol.</summary>
    public static byte[] Value(string name, int elementType, params string[] dimensions) =>
        [.. Text(1, name), .. Message(2, Message(1, TensorType(elementType, dimensions)))];

    /// <summary>A constant.</summary>
    public static byte[] Tensor(string name, int elementType, long[] dimensions, ReadOnlySpan<byte> raw) =>
        [.. dimensions.SelectMany(d => Integer(1, (ulong)d)), .. Integer(2, (ulong)elementType), .. Text(8, name), .. Message(9, raw)];

    /// <summary>A constant in a file beside the model.</summary>
    public static byte[] ExternalTensor(string name, int elementType, long[] dimensions, string location, long offset, long length) =>
    [
        .. dimensions.SelectMany(d => Integer(1, (ulong)d)), .. Integer(2, (ulong)elementType), .. Text(8, name),
        .. Entry("location", location), .. Entry("offset", $"{offset}"), .. Entry("length", $"{length}"), .. Integer(14, 1),
    ];

    /// <summary>An attribute that is a graph.</summary>
    public static byte[] GraphAttribute(string name, byte[] graph) => [.. Text(1, name), .. Message(6, graph), .. Integer(20, 5)];

    /// <summary>An attribute that is an integer.</summary>
    public static byte[] IntegerAttribute(string name, long value) => [.. Text(1, name), .. Integer(3, (ulong)value), .. Integer(20, 2)];

    private static byte[] TensorType(int elementType, string[] dimensions) =>
    [
        .. Integer(1, (ulong)elementType),
        .. Message(2, [.. dimensions.SelectMany(d => Message(1, ulong.TryParse(d, out ulong size) ? Integer(1, size) : Text(2, d)))]),
    ];

    private static byte[] Entry(string key, string value) => Message(13, [.. Text(1, key), .. Text(2, value)]);

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, ReadOnlySpan<byte> content) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)content.Length), .. content];

    private static byte[] Integer(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 127; value >>= 7)
        {
            bytes.Add((byte)(value | 128));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
