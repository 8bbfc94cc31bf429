using System.Buffers;
using Google.Protobuf;
using ModelBuild.Formats.MindSpore.Files;
using ModelBuild.Formats.MindSpore.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Reading;

/// <summary>The structure of a MindIR file, without the contents of large tensors: of those only the place is noted.</summary>
internal sealed class MindIrSkeleton
{
    private const int MaximumDepth = 90;
    private const int InlinePayload = 1024;
    private const int MaximumStructure = 256 << 20;

    private readonly ByteSource _source;
    private readonly WireReader _reader;

    private MindIrSkeleton(ByteSource source)
    {
        _source = source;
        _reader = new WireReader(source);
    }

    private enum Kind
    {
        Leaf,
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        ValueInfo,
        Primitive,
    }

    /// <summary>Parses a whole file as a model.</summary>
    /// <exception cref="ModelException">It is none.</exception>
    public static ModelProto ReadModel(ByteSource source) => Parse(ModelProto.Parser, source, Kind.Model);

    private static T Parse<T>(MessageParser<T> parser, ByteSource source, Kind kind)
        where T : IMessage<T>
    {
        var skeleton = new MindIrSkeleton(source);
        var output = new ArrayBufferWriter<byte>();
        skeleton.Copy(kind, source.Length, output, 1);
        try
        {
            return parser.ParseFrom(output.WrittenSpan);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw FileProblem.Damaged(source.Path, e.Message.TrimEnd('.'));
        }
    }

    private static Kind ChildOf(Kind parent, int field) => (parent, field) switch
    {
        (Kind.Model, 7 or 8) => Kind.Graph,
        (Kind.Model, 12) => Kind.Primitive,
        (Kind.Graph, 1) => Kind.Node,
        (Kind.Graph, 3) => Kind.Tensor,
        (Kind.Graph, 5 or 6) => Kind.ValueInfo,
        (Kind.Graph, 8) => Kind.Attribute,
        (Kind.Node, 5 or 8 or 9) => Kind.Attribute,
        (Kind.Primitive, 3) => Kind.Attribute,
        (Kind.ValueInfo, 2) => Kind.Tensor,
        (Kind.ValueInfo, 5) => Kind.Attribute,
        (Kind.Attribute, 6 or 12) => Kind.Tensor,
        (Kind.Attribute, 7 or 13) => Kind.Graph,
        (Kind.Attribute, 17) => Kind.Attribute,
        _ => Kind.Leaf,
    };

    // Fields that were other types in other versions, or that say nothing about what the model computes.
    private static bool IsDropped(Kind kind, int field) => (kind, field) switch
    {
        (Kind.Model, 9 or 11 or > 13) or (Kind.Graph, > 8) or (Kind.Attribute, > 17) or (Kind.Tensor, > 16) or (Kind.Node, > 9) => true,
        _ => false,
    };

    private void Copy(Kind kind, long end, ArrayBufferWriter<byte> output, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new ModelException("MB1010", $"Values or graphs are nested too deeply at byte {_reader.Position}: more than {MaximumDepth} messages within each other.", _source.Path);
        }

        while (_reader.Position < end)
        {
            WireField field = _reader.Next(end);
            Kind child = field.WireType == 2 ? ChildOf(kind, field.Number) : Kind.Leaf;
            if (IsDropped(kind, field.Number))
            {
                continue;
            }

            if (kind == Kind.Tensor && field is { Number: 9, WireType: 2, Length: > InlinePayload })
            {
                Number(output, 100000, field.Payload);
                Number(output, 100001, field.Length);
            }
            else if (child == Kind.Leaf)
            {
                Check(output, field.End - field.Start);
                output.Write(_source.Read(field.Start, (int)(field.End - field.Start)));
            }
            else
            {
                var inner = new ArrayBufferWriter<byte>((int)Math.Min(Math.Max(16, field.Length), 1 << 16));
                _reader.Position = field.Payload;
                Copy(child, field.End, inner, depth + 1);
                Check(output, inner.WrittenCount + 20L);
                Varint(output, ((ulong)field.Number << 3) | 2);
                Varint(output, (ulong)inner.WrittenCount);
                output.Write(inner.WrittenSpan);
            }
        }
    }

    private void Check(ArrayBufferWriter<byte> output, long more)
    {
        if (output.WrittenCount + more > MaximumStructure)
        {
            throw new ModelException("MB1005", $"The model's structure without its weights takes more than {MaximumStructure >> 20} MiB, which is not supported.", _source.Path);
        }
    }

    private static void Number(ArrayBufferWriter<byte> output, int field, long value)
    {
        Varint(output, (ulong)field << 3);
        Varint(output, (ulong)value);
    }

    private static void Varint(ArrayBufferWriter<byte> output, ulong value)
    {
        Span<byte> bytes = output.GetSpan(10);
        int length = 0;
        while (value > 127)
        {
            bytes[length++] = (byte)(value | 128);
            value >>= 7;
        }

        bytes[length++] = (byte)value;
        output.Advance(length);
    }
}
