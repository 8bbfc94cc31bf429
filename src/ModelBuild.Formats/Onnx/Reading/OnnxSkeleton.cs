using System.Buffers;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>Where the payload of a tensor lies: the field of <c>TensorProto</c> that holds it and its bytes in the file.</summary>
internal readonly record struct PayloadSlice(int Field, long Offset, long Length);

/// <summary>Kinds of message that the field walk enters.</summary>
internal enum MessageKind
{
    Leaf,
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
    Function,
    ValueInfo,
    Type,
    ElementType,
    MapType,
    Sequence,
    Optional,
    Map,
}

/// <summary>
/// A copy of an ONNX file without the payloads of its large tensors, small enough for protobuf's generated parser.
/// Payloads are noted as <see cref="Slices"/> and not read, so the file's size does not matter.
/// </summary>
internal sealed class OnnxSkeleton
{
    /// <summary>Messages within messages that protobuf's implementations accept, this one and ONNX Runtime's alike.</summary>
    private const int MaximumDepth = 100;

    /// <summary>Payloads up to here are read along with the structure: shapes, axes, scalars.</summary>
    private const int InlinePayload = 1024;

    /// <summary>Bounds memory: the structure of the largest published models takes a tenth of this.</summary>
    private const int MaximumStructure = 256 << 20;

    /// <summary>Bytes of the length that is filled in after a message was copied: a base-128 number of fixed width.</summary>
    private const int LengthWidth = 5;

    private readonly WireFile _file;
    private readonly ArrayBufferWriter<byte> _unknown = new(1);
    private byte[] _bytes = new byte[4096];
    private int _length;

    private OnnxSkeleton(WireFile file) => _file = file;

    /// <summary>The file's fields, large payloads left out.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Payloads by the index that stands in <c>TensorProto.slice</c>.</summary>
    public List<PayloadSlice> Slices { get; } = [];

    /// <summary>Fields of the outermost message that <c>onnx.proto</c> does not declare, with their tags; null when there are none.</summary>
    public byte[]? Unknown => _unknown.WrittenCount == 0 ? null : _unknown.WrittenSpan.ToArray();

    /// <summary>Walks a whole file that holds one message.</summary>
    /// <exception cref="ModelException">The file is not that message, or a length in it leads outside.</exception>
    public static OnnxSkeleton Read(WireFile file, MessageKind kind)
    {
        var skeleton = new OnnxSkeleton(file);
        file.Position = 0;
        skeleton.CopyMessage(kind, file.Length, 1);
        return skeleton;
    }

    private static MessageKind ChildOf(MessageKind parent, int field) => (parent, field) switch
    {
        (MessageKind.Model, 7) => MessageKind.Graph,
        (MessageKind.Model, 25) => MessageKind.Function,
        (MessageKind.Graph, 1) => MessageKind.Node,
        (MessageKind.Graph, 5) => MessageKind.Tensor,
        (MessageKind.Graph, 11 or 12 or 13) => MessageKind.ValueInfo,
        (MessageKind.Graph, 15) => MessageKind.SparseTensor,
        (MessageKind.Node, 5) => MessageKind.Attribute,
        (MessageKind.Attribute, 5 or 10) => MessageKind.Tensor,
        (MessageKind.Attribute, 6 or 11) => MessageKind.Graph,
        (MessageKind.Attribute, 14 or 15) => MessageKind.Type,
        (MessageKind.Attribute, 22 or 23) => MessageKind.SparseTensor,
        (MessageKind.SparseTensor, 1 or 2) => MessageKind.Tensor,
        (MessageKind.Function, 7) => MessageKind.Node,
        (MessageKind.Function, 11) => MessageKind.Attribute,
        (MessageKind.Function, 12) => MessageKind.ValueInfo,
        (MessageKind.ValueInfo, 2) => MessageKind.Type,
        (MessageKind.Type, 4 or 9) => MessageKind.ElementType,
        (MessageKind.Type, 5) => MessageKind.MapType,
        (MessageKind.ElementType, 1) => MessageKind.Type,
        (MessageKind.MapType, 2) => MessageKind.Type,
        (MessageKind.Sequence or MessageKind.Optional, 3) => MessageKind.Tensor,
        (MessageKind.Sequence or MessageKind.Optional, 4) => MessageKind.SparseTensor,
        (MessageKind.Sequence or MessageKind.Optional, 5) => MessageKind.Sequence,
        (MessageKind.Sequence or MessageKind.Optional, 6) => MessageKind.Map,
        (MessageKind.Sequence or MessageKind.Optional, 7) => MessageKind.Optional,
        (MessageKind.Map, 5) => MessageKind.Sequence,
        _ => MessageKind.Leaf,
    };

    private static bool IsDeclaredByModel(int field) => field is >= 1 and <= 8 or 14 or 25;

    private void CopyMessage(MessageKind kind, long end, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new ModelException("MB1010", $"Graphs or types are nested too deeply at byte {_file.Position}: more than {MaximumDepth} messages within each other.", _file.Path);
        }

        if (kind == MessageKind.Tensor)
        {
            CopyTensor(end);
            return;
        }

        while (_file.Position < end)
        {
            Field field = ReadField(end);
            MessageKind child = field.WireType == 2 ? ChildOf(kind, field.Number) : MessageKind.Leaf;
            if (kind == MessageKind.Model && !IsDeclaredByModel(field.Number))
            {
                KeepUnknown(field);
            }
            else if (child == MessageKind.Leaf || field.Length <= 2 * (MaximumDepth - depth - 1))
            {
                // A message takes two bytes a level at least, so one this short can't nest too deeply; nor does it hold a large payload.
                CopyField(field);
            }
            else
            {
                WriteVarint((ulong)field.Number << 3 | 2);
                int lengthAt = _length;
                Reserve(LengthWidth);
                _length += LengthWidth;
                _file.Position = field.Payload;
                CopyMessage(child, field.End, depth + 1);
                PatchLength(lengthAt);
            }
        }
    }

    private void CopyTensor(long end)
    {
        const int Highest = 11;
        long start = _file.Position;
        Span<int> occurrences = stackalloc int[Highest + 1];
        occurrences.Clear();
        while (_file.Position < end)
        {
            Field field = ReadField(end);
            if (field.Number <= Highest)
            {
                occurrences[field.Number]++;
            }

            _file.Position = field.End;
        }

        _file.Position = start;
        while (_file.Position < end)
        {
            Field field = ReadField(end);

            // Elements may be spread over several fields; protobuf joins them, so only a field that stands alone can be a slice.
            if (field.WireType == 2 && field.Length > InlinePayload && field.Number is 4 or 5 or 7 or 9 or 10 or 11 && occurrences[field.Number] == 1)
            {
                WriteVarint((100000UL << 3) | 0);
                WriteVarint((ulong)Slices.Count);
                Slices.Add(new PayloadSlice(field.Number, field.Payload, field.Length));
                _file.Position = field.End;
            }
            else
            {
                CopyField(field);
            }
        }
    }

    private Field ReadField(long end)
    {
        long start = _file.Position;
        ulong tag = _file.ReadVarint(end);
        ulong number = tag >> 3;
        int wireType = (int)(tag & 7);
        if (number is 0 or > 0x1FFFFFFF)
        {
            throw FileProblem.Damaged(_file.Path, $"byte {start} starts no field");
        }

        long payload = _file.Position;
        ulong length;
        switch (wireType)
        {
            case 0:
                _file.ReadVarint(end);
                length = (ulong)(_file.Position - payload);
                break;
            case 1:
                length = 8;
                break;
            case 2:
                length = _file.ReadVarint(end);
                payload = _file.Position;
                break;
            case 5:
                length = 4;
                break;
            default:
                throw FileProblem.Damaged(_file.Path, $"the field at byte {start} has encoding {wireType}, which ONNX does not use");
        }

        return length <= (ulong)(end - payload)
            ? new Field((int)number, wireType, start, payload, (long)length)
            : throw _file.Overrun(end, $"a field of {length} bytes");
    }

    private void CopyField(Field field)
    {
        int size = checked((int)Math.Min(field.End - field.Start, int.MaxValue));
        Reserve(size);
        _file.Read(field.Start, _bytes.AsSpan(_length, size));
        _length += size;
    }

    private void KeepUnknown(Field field)
    {
        long size = field.End - field.Start;
        if (size + _unknown.WrittenCount > MaximumStructure)
        {
            throw TooLarge();
        }

        _file.Read(field.Start, _unknown.GetSpan((int)size)[..(int)size]);
        _unknown.Advance((int)size);
    }

    private void WriteVarint(ulong value)
    {
        Reserve(10);
        while (value > 127)
        {
            _bytes[_length++] = (byte)(value | 128);
            value >>= 7;
        }

        _bytes[_length++] = (byte)value;
    }

    private void PatchLength(int at)
    {
        uint length = (uint)(_length - at - LengthWidth);
        for (int i = 0; i < LengthWidth; i++)
        {
            _bytes[at + i] = (byte)(length | (i < LengthWidth - 1 ? 128u : 0u));
            length >>= 7;
        }

        _bytes[at + LengthWidth - 1] &= 127;
    }

    private void Reserve(int count)
    {
        if (count > MaximumStructure - _length)
        {
            throw TooLarge();
        }

        if (_length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + count, _bytes.Length * 2));
        }
    }

    private ModelException TooLarge() => new(
        "MB1005",
        $"The model's structure without its weights takes more than {MaximumStructure >> 20} MiB, which is not supported.",
        _file.Path);

    private readonly record struct Field(int Number, int WireType, long Start, long Payload, long Length)
    {
        public long End => Payload + Length;
    }
}
