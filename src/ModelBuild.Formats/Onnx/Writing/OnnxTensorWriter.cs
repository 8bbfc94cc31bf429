using System.Globalization;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Writing;

/// <summary>Encodes <see cref="TensorData"/> as <c>TensorProto</c>: always raw data, text apart.</summary>
internal static class OnnxTensorWriter
{
    /// <summary>Encodes a tensor.</summary>
    /// <param name="data">The content.</param>
    /// <param name="name">Name; may be empty.</param>
    /// <param name="metadata">The author's own keys, or null.</param>
    /// <param name="external">Where large tensors go, or null to keep all in the message.</param>
    public static MessageWriter Write(TensorData data, string name, SortedDictionary<string, string>? metadata = null, ExternalDataLayout? external = null)
    {
        var message = new MessageWriter();
        foreach (long d in data.Dimensions)
        {
            message.Int(1, d);
        }

        message.Int(2, (int)data.ElementType);
        if (data.Strings is { } strings)
        {
            foreach (ReadOnlyMemory<byte> text in strings)
            {
                message.Bytes(6, text.Span);
            }
        }

        message.StringUnlessEmpty(8, name);
        if (external is not null && external.TryPlace(data, out long offset))
        {
            Entry(message, 13, "location", external.Location);
            Entry(message, 13, "offset", offset.ToString(CultureInfo.InvariantCulture));
            Entry(message, 13, "length", data.ByteLength.ToString(CultureInfo.InvariantCulture));
            message.Int(14, 1);
        }
        else if (data.Strings is null)
        {
            message.Payload(9, data);
        }

        message.StringUnlessEmpty(12, data.DocString);
        if (metadata is not null)
        {
            Entries(message, 16, metadata);
        }

        return message;
    }

    /// <summary>Encodes a sparse tensor; its name is that of its values.</summary>
    public static MessageWriter Write(SparseTensor sparse, string name)
    {
        var message = new MessageWriter();
        message.Message(1, Write(sparse.Values, name));
        message.Message(2, Write(sparse.Indices, ""));
        foreach (long d in sparse.Dimensions)
        {
            message.Int(3, d);
        }

        return message;
    }

    /// <summary>Encodes keys with their values, in order of the keys.</summary>
    public static void Entries(MessageWriter message, int field, SortedDictionary<string, string> entries)
    {
        foreach ((string key, string value) in entries)
        {
            Entry(message, field, key, value);
        }
    }

    private static void Entry(MessageWriter message, int field, string key, string value)
    {
        var entry = new MessageWriter();
        entry.String(1, key);
        entry.String(2, value);
        message.Message(field, entry);
    }
}
