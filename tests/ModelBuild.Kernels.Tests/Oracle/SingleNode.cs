using System.Text;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Kernels.Tests.Oracle;

/// <summary>A model of one node, run by ONNX Runtime: the oracle for operators.</summary>
/// <param name="opType">Operator.</param>
/// <param name="opset">Version of the operator set.</param>
/// <param name="domain">Operator set; empty for ONNX's own.</param>
/// <param name="domainVersion">Version of that operator set.</param>
internal sealed class SingleNode(string opType, int opset = 21, string domain = "", int domainVersion = 1)
{
    private readonly List<byte[]> _attributes = [];

    /// <summary>Adds an attribute: long, float, string, long[], float[], string[] or <see cref="TensorValue"/>.</summary>
    public SingleNode With(string name, object value)
    {
        byte[] content = value switch
        {
            long i => [.. Varint(3, (ulong)i), .. Varint(20, 2)],
            float f => [.. Fixed(2, f), .. Varint(20, 1)],
            string s => [.. Text(4, s), .. Varint(20, 3)],
            long[] list => [.. list.SelectMany(i => Varint(8, (ulong)i)), .. Varint(20, 7)],
            float[] list => [.. list.SelectMany(f => Fixed(7, f)), .. Varint(20, 6)],
            string[] list => [.. list.SelectMany(s => Text(9, s)), .. Varint(20, 8)],
            TensorValue t => [.. Bytes(5, [.. t.Shape.ToArray().SelectMany(d => Varint(1, (ulong)d)), .. Varint(2, (ulong)t.ElementType), .. Bytes(9, t.Bytes.ToArray())]), .. Varint(20, 4)],
            _ => throw new ArgumentException($"Attribute {name} has no known type."),
        };
        _attributes.Add([.. Text(1, name), .. content]);
        return this;
    }

    /// <summary>Runs the node.</summary>
    /// <param name="inputs">Inputs in order; null for one that is left out.</param>
    /// <param name="outputs">How many outputs the node has.</param>
    /// <exception cref="OrtException">ONNX Runtime refuses.</exception>
    public TensorValue[] Run(IReadOnlyList<TensorValue?> inputs, int outputs = 1)
    {
        using OrtSession session = OrtSession.Open(Model(inputs, outputs));
        var feeds = new List<KeyValuePair<string, OrtValue>>();
        OrtValue[] results = [];
        try
        {
            for (int i = 0; i < inputs.Count; i++)
            {
                if (inputs[i] is { } input)
                {
                    feeds.Add(new($"x{i}", ToOrt(input)));
                }
            }

            results = session.Run(feeds);
            return [.. results.Select(FromOrt)];
        }
        finally
        {
            feeds.ForEach(f => f.Value.Dispose());
            Array.ForEach(results, r => r.Dispose());
        }
    }

    private byte[] Model(IReadOnlyList<TensorValue?> inputs, int outputs)
    {
        byte[] node =
        [
            .. inputs.SelectMany((t, i) => Text(1, t is null ? "" : $"x{i}")),
            .. Enumerable.Range(0, outputs).SelectMany(i => Text(2, $"y{i}")),
            .. Text(4, opType),
            .. _attributes.SelectMany(a => Bytes(5, a)),
            .. Text(7, domain),
        ];
        byte[] graph =
        [
            .. Bytes(1, node),
            .. Text(2, "g"),
            .. inputs.SelectMany((t, i) => t is null ? [] : Bytes(11, [.. Text(1, $"x{i}"), .. Bytes(2, Type(t))])),
            .. Enumerable.Range(0, outputs).SelectMany(i => Bytes(12, Text(1, $"y{i}"))),
        ];
        byte[] own = domain.Length == 0 ? [] : Bytes(8, [.. Text(1, domain), .. Varint(2, (ulong)domainVersion)]);
        return [.. Varint(1, 10), .. Bytes(7, graph), .. Bytes(8, Varint(2, (ulong)opset)), .. own];
    }

    private static byte[] Type(TensorValue t) =>
        Bytes(1, [.. Varint(1, (ulong)t.ElementType), .. Bytes(2, [.. t.Shape.ToArray().SelectMany(d => Bytes(1, Varint(1, (ulong)d)))])]);

    private static OrtValue ToOrt(TensorValue t) => t.ElementType == TensorElementType.String
        ? OrtValue.FromStrings(t.Shape, [.. t.Strings.ToArray().Select(s => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(s))])
        : OrtValue.FromBytes(t.ElementType, t.Shape, t.Bytes);

    private static TensorValue FromOrt(OrtValue value)
    {
        var t = new TensorValue(value.ElementType, value.Dimensions);
        if (value.ElementType == TensorElementType.String)
        {
            value.GetStrings().CopyTo(t.Strings);
        }
        else
        {
            value.Bytes.CopyTo(t.Bytes);
        }

        return t;
    }

    private static byte[] Varint(int field, ulong value) => [.. Raw((ulong)(field << 3)), .. Raw(value)];

    private static byte[] Bytes(int field, byte[] content) => [.. Raw((ulong)((field << 3) | 2)), .. Raw((ulong)content.Length), .. content];

    private static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Fixed(int field, float value) => [.. Raw((ulong)((field << 3) | 5)), .. BitConverter.GetBytes(value)];

    private static IEnumerable<byte> Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
