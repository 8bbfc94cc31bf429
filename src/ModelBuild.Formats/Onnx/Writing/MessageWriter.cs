using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Writing;

/// <summary>One protobuf message under construction. Large payloads are kept as references and copied from their source when the file is written.</summary>
internal sealed class MessageWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<(int Position, TensorData Data)> _payloads = [];
    private long _payloadLength;

    /// <summary>Encoded size.</summary>
    public long Length => _bytes.WrittenCount + _payloadLength;

    public void Int(int field, long value)
    {
        Tag(field, 0);
        Varint((ulong)value);
    }

    /// <summary>The field, unless it has the value that a reader assumes when it is missing.</summary>
    public void IntUnlessZero(int field, long value)
    {
        if (value != 0)
        {
            Int(field, value);
        }
    }

    public void Float(int field, float value)
    {
        Tag(field, 5);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    public void String(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>The field, unless the text is empty.</summary>
    public void StringUnlessEmpty(int field, string value)
    {
        if (value.Length > 0)
        {
            String(field, value);
        }
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, 2);
        Varint((ulong)value.Length);
        _bytes.Write(value);
    }

    /// <summary>Bytes that are already encoded fields.</summary>
    public void Raw(ReadOnlySpan<byte> fields) => _bytes.Write(fields);

    public void Message(int field, MessageWriter message)
    {
        Tag(field, 2);
        Varint((ulong)message.Length);
        int start = _bytes.WrittenCount;
        _bytes.Write(message._bytes.WrittenSpan);
        foreach ((int position, TensorData data) in message._payloads)
        {
            _payloads.Add((start + position, data));
        }

        _payloadLength += message._payloadLength;
    }

    /// <summary>A tensor's content, by reference when it is large.</summary>
    public void Payload(int field, TensorData data)
    {
        const int Small = 1024;
        if (data.ByteLength <= Small)
        {
            Bytes(field, data.Bytes);
            return;
        }

        Tag(field, 2);
        Varint((ulong)data.ByteLength);
        _payloads.Add((_bytes.WrittenCount, data));
        _payloadLength += data.ByteLength;
    }

    /// <summary>Writes the message.</summary>
    public void CopyTo(Stream stream, CancellationToken cancellation)
    {
        int written = 0;
        foreach ((int position, TensorData data) in _payloads)
        {
            stream.Write(_bytes.WrittenSpan[written..position]);
            PayloadCopier.Copy(data, stream, cancellation);
            written = position;
        }

        stream.Write(_bytes.WrittenSpan[written..]);
    }

    private void Tag(int field, int wireType) => Varint((ulong)field << 3 | (uint)wireType);

    private void Varint(ulong value)
    {
        Span<byte> bytes = _bytes.GetSpan(10);
        int length = 0;
        while (value > 127)
        {
            bytes[length++] = (byte)(value | 128);
            value >>= 7;
        }

        bytes[length++] = (byte)value;
        _bytes.Advance(length);
    }
}
