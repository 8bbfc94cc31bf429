using System.Buffers.Binary;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Files;

/// <summary>A field of a protobuf message: its number, encoding and where its content lies.</summary>
internal readonly record struct WireField(int Number, int WireType, long Start, long Payload, long Length)
{
    /// <summary>First byte after the field.</summary>
    public long End => Payload + Length;
}

/// <summary>Walks the fields of protobuf messages without reading their contents.</summary>
internal sealed class WireReader(ByteSource source)
{
    /// <summary>Where the next field starts.</summary>
    public long Position { get; set; }

    /// <summary>The next field of a message that ends at <paramref name="end"/>.</summary>
    /// <exception cref="ModelException">MB1001, MB1004: there is none.</exception>
    public WireField Next(long end)
    {
        long start = Position;
        ulong tag = Varint(end);
        ulong number = tag >> 3;
        int wireType = (int)(tag & 7);
        if (number is 0 or > 0x1FFFFFFF)
        {
            throw FileProblem.Damaged(source.Path, $"byte {start} starts no field");
        }

        long payload = Position;
        ulong length;
        switch (wireType)
        {
            case 0:
                Varint(end);
                length = (ulong)(Position - payload);
                break;
            case 1:
                length = 8;
                break;
            case 2:
                length = Varint(end);
                payload = Position;
                break;
            case 5:
                length = 4;
                break;
            default:
                throw FileProblem.Damaged(source.Path, $"the field at byte {start} has encoding {wireType}, which MindSpore does not use");
        }

        if (length > (ulong)(end - payload))
        {
            throw Overrun(start, end);
        }

        Position = payload + (long)length;
        return new WireField((int)number, wireType, start, payload, (long)length);
    }

    /// <summary>A base-128 number that ends before <paramref name="end"/>.</summary>
    public ulong Varint(long end)
    {
        int available = (int)Math.Min(10, end - Position);
        ReadOnlySpan<byte> bytes = available > 0 ? source.Read(Position, available) : [];
        ulong result = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            result |= (ulong)(bytes[i] & 127) << (7 * i);
            if (bytes[i] < 128)
            {
                Position += i + 1;
                return result;
            }
        }

        throw available == 10 ? FileProblem.Damaged(source.Path, $"the number at byte {Position} has more than ten bytes") : Overrun(Position, end);
    }

    /// <summary>The number in a field of encoding 0.</summary>
    public long Integer(WireField field)
    {
        long after = Position;
        Position = field.Payload;
        long value = (long)Varint(field.End);
        Position = after;
        return value;
    }

    private ModelException Overrun(long start, long end) => end == source.Length
        ? new ModelException("MB1004", $"The file ends at byte {source.Length} in the middle of the field at byte {start}. It is truncated; get it again.", source.Path)
        : FileProblem.Damaged(source.Path, $"the field at byte {start} runs past the end of its message");
}
