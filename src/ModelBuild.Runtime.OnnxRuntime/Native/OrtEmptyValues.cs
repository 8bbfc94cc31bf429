namespace ModelBuild.OnnxRuntime.Native;

/// <summary>Values that the C API can't construct but operators can: a list without entries, an optional without a value.</summary>
internal static class OrtEmptyValues
{
    /// <summary>A list of tensors without entries.</summary>
    public static OrtValue Sequence(TensorElementType elementType) => RunSingle("SequenceEmpty", Integer(2, 17), Attribute("dtype", [.. Integer(3, (ulong)elementType), .. Integer(20, 2)]), []);

    /// <summary>An absent optional tensor.</summary>
    public static OrtValue OptionalTensor(TensorElementType elementType)
    {
        byte[] tensor = Message(1, Integer(1, (ulong)elementType));
        return RunSingle("Optional", Integer(2, 17), Attribute("type", [.. Message(14, tensor), .. Integer(20, 13)]), Message(2, Message(9, Message(1, tensor))));
    }

    /// <summary>An absent optional list of tensors.</summary>
    public static OrtValue OptionalSequence(TensorElementType elementType)
    {
        byte[] sequence = Message(4, Message(1, Message(1, Integer(1, (ulong)elementType))));
        return RunSingle("Optional", Integer(2, 17), Attribute("type", [.. Message(14, sequence), .. Integer(20, 13)]), Message(2, Message(9, Message(1, sequence))));
    }

    // A ModelProto with one node without inputs and one output, y. The numbers are the fields' in onnx.proto.
    private static OrtValue RunSingle(string operation, byte[] opset, byte[] attribute, byte[] outputType)
    {
        byte[] node = [.. Text(2, "y"), .. Text(4, operation), .. attribute];
        byte[] graph = [.. Message(1, node), .. Text(2, "g"), .. Message(12, [.. Text(1, "y"), .. outputType])];
        byte[] model = [.. Integer(1, 8), .. Message(7, graph), .. Message(8, opset)];
        using var session = OrtSession.Open(model);
        return session.Run([])[0];
    }

    private static byte[] Attribute(string name, byte[] value) => Message(5, [.. Text(1, name), .. value]);

    private static byte[] Text(int field, string text) => Message(field, System.Text.Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] content) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)content.Length), .. content];

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
