using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using ModelBuild.Formats.MindSpore.Files;
using ModelBuild.Formats.Onnx.Writing;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore;

/// <summary>
/// MindSpore's checkpoints: protobuf entries of a name and a tensor, large tensors in consecutive entries of one name, and an optional
/// checksum at the end.
/// </summary>
internal sealed class CheckpointFormat : IWeightsFormat
{
    private const int TrailerLength = 17;

    /// <summary>Bytes of a tensor in one entry; what is larger goes on in the next.</summary>
    private const long LargestEntry = 512L << 20;

    private static ReadOnlySpan<byte> Trailer => "crc_num"u8;

    /// <inheritdoc/>
    public string Name => "MindSpore checkpoint";

    /// <inheritdoc/>
    public string Extension => ".ckpt";

    /// <inheritdoc/>
    public string ExportHint => "To get a file with a graph, load the checkpoint into its network and export that: mindspore.export(net, example_input, file_name=\"model\", file_format=\"MINDIR\")";

    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head, string path)
    {
        if (EncryptedFile.Recognizes(head))
        {
            return path.EndsWith(".ckpt", StringComparison.OrdinalIgnoreCase);
        }

        // Entry, then its name, then its tensor, in which dimensions or the type come first.
        int entry = Skip(head, 1);
        if (head is not [0x0a, ..] || entry <= 0 || entry >= head.Length || head[entry] != 0x0a)
        {
            return false;
        }

        int length = Skip(head, entry + 1);
        int nameLength = length > 0 && length - entry == 2 ? head[entry + 1] : 0;
        int tensor = length + nameLength;
        if (nameLength is 0 or > 127 || tensor + 4 > head.Length || head[tensor] != 0x12 || head[length..tensor].IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e) >= 0)
        {
            return false;
        }

        int inner = Skip(head, tensor + 1);
        ReadOnlySpan<byte> rest = inner > 0 && inner < head.Length ? head[inner..] : [];
        return rest is [0x08 or 0x0a, ..] && rest[..Math.Min(rest.Length, 96)].IndexOf((byte)0x12) is >= 0 and var at && at + 2 < rest.Length && char.IsAsciiLetterUpper((char)rest[at + 2])
            || rest is [0x12, _, >= (byte)'A' and <= (byte)'Z', ..] && nameLength > 0 && MindTypes.OfName(Encoding.ASCII.GetString(rest.Slice(2, Math.Min((int)rest[1], rest.Length - 2)))) != ElementType.Undefined;
    }

    /// <inheritdoc/>
    public TensorFile Read(string path, ModelReadOptions options)
    {
        var result = new TensorFile();
        try
        {
            ByteSource source = EncryptedFile.Open(path, options, result.Own);
            long end = source.Length;
            if (end >= TrailerLength && source.Read(end - TrailerLength, Trailer.Length).SequenceEqual(Trailer))
            {
                end -= TrailerLength;
                Verify(source, end);
            }

            var parts = new List<(string Name, ElementType Type, long[] Dimensions, List<(long Offset, long Length)> Pieces)>();
            var reader = new WireReader(source);
            while (reader.Position < end)
            {
                WireField field = reader.Next(end);
                if (field is { Number: 1, WireType: 2 })
                {
                    ReadEntry(source, reader, field, parts);
                    reader.Position = field.End;
                }
            }

            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach ((string name, ElementType type, long[] dimensions, List<(long Offset, long Length)> pieces) in parts)
            {
                if (!names.Add(name))
                {
                    throw FileProblem.Damaged(path, $"tensor '{name}' is there twice");
                }

                result.Tensors.Add(new NamedTensor(name, Join(source, name, type, dimensions, pieces)));
            }

            return result.Tensors.Count > 0 ? result : throw FileProblem.Damaged(path, "it holds no tensor");
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(IReadOnlyList<NamedTensor> tensors, string path, ModelWriteOptions options)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(options);
        foreach (NamedTensor tensor in tensors)
        {
            if (MindTypes.NameOf(tensor.Data.ElementType) is null)
            {
                throw new ModelException("MB1012", $"A MindSpore checkpoint can't hold tensor '{tensor.Name}' of type {tensor.Data.ElementType.Name()}. Convert it to float32 first.", path);
            }
        }

        path = Path.GetFullPath(path);
        using var files = new AtomicFiles(options.Cancellation);
        files.Add(path, stream =>
        {
            foreach (NamedTensor tensor in tensors)
            {
                for (long offset = 0; offset == 0 || offset < tensor.Data.ByteLength; offset += LargestEntry)
                {
                    WriteEntry(stream, tensor, offset, Math.Min(LargestEntry, tensor.Data.ByteLength - offset), options.Cancellation);
                }
            }
        });
        return files.Commit();
    }

    private static void WriteEntry(Stream stream, NamedTensor tensor, long offset, long length, CancellationToken cancellation)
    {
        var content = new MessageWriter();

        // A tensor without dimensions is written with the one dimension 0.
        foreach (long dimension in tensor.Data.Rank == 0 ? [0] : tensor.Data.Dimensions)
        {
            content.Int(1, dimension);
        }

        content.String(2, MindTypes.NameOf(tensor.Data.ElementType)!);
        content.Payload(3, offset == 0 && length == tensor.Data.ByteLength ? tensor.Data : new Piece(tensor.Data, offset, length));
        var value = new MessageWriter();
        value.String(1, tensor.Name);
        value.Message(2, content);
        var entry = new MessageWriter();
        entry.Message(1, value);
        entry.CopyTo(stream, cancellation);
    }

    private static void ReadEntry(ByteSource source, WireReader reader, WireField entry, List<(string Name, ElementType Type, long[] Dimensions, List<(long Offset, long Length)> Pieces)> parts)
    {
        string name = "";
        WireField? tensor = null;
        reader.Position = entry.Payload;
        while (reader.Position < entry.End)
        {
            WireField field = reader.Next(entry.End);
            if (field is { Number: 1, WireType: 2, Length: <= 4096 })
            {
                name = Encoding.UTF8.GetString(source.Read(field.Payload, (int)field.Length));
            }
            else if (field is { Number: 2, WireType: 2 })
            {
                tensor = field;
            }
            else if (field is { Number: 3, WireType: 2 })
            {
                throw new ModelException("MB1005", $"Entry '{name}' is a hash table (MapTensor), which is not supported.", source.Path);
            }
        }

        if (tensor is not { } message)
        {
            throw FileProblem.Damaged(source.Path, $"entry '{name}' at byte {entry.Start} has no tensor");
        }

        var dimensions = new List<long>();
        string type = "";
        var content = (Offset: message.End, Length: 0L);
        reader.Position = message.Payload;
        while (reader.Position < message.End)
        {
            WireField field = reader.Next(message.End);
            switch (field)
            {
                case { Number: 1, WireType: 0 }:
                    dimensions.Add(reader.Integer(field));
                    break;
                case { Number: 1, WireType: 2 }:
                    reader.Position = field.Payload;
                    while (reader.Position < field.End)
                    {
                        dimensions.Add((long)reader.Varint(field.End));
                    }

                    break;
                case { Number: 2, WireType: 2, Length: <= 64 }:
                    type = Encoding.UTF8.GetString(source.Read(field.Payload, (int)field.Length));
                    break;
                case { Number: 3, WireType: 2 }:
                    content = (field.Payload, field.Length);
                    break;
            }

            if (dimensions.Count > 64)
            {
                throw new ModelException("MB1008", $"Tensor '{name}' has more than 64 dimensions.", source.Path);
            }
        }

        // Text, such as the name of the epoch's file, is no weight.
        if (type == "str")
        {
            return;
        }

        ElementType element = MindTypes.OfName(type);
        if (element == ElementType.Undefined)
        {
            throw new ModelException("MB1005", $"Tensor '{name}' has the element type '{type}', which is not supported.", source.Path);
        }

        long[] shape = dimensions is [0] ? [] : [.. dimensions];
        if (parts.Count > 0 && parts[^1] is var last && last.Name == name && last.Type == element && last.Dimensions.AsSpan().SequenceEqual(shape))
        {
            last.Pieces.Add(content);
        }
        else
        {
            parts.Add((name, element, shape, [content]));
        }
    }

    private static TensorData Join(ByteSource source, string name, ElementType type, long[] dimensions, List<(long Offset, long Length)> pieces)
    {
        long size = TensorSizes.Of(type, dimensions, name, source.Path);
        long present = pieces.Sum(p => p.Length);
        if (present == 0 && dimensions.Length == 0)
        {
            // One dimension of size 0 and no content: really empty.
            return TensorData.Create<byte>(type, [0], []);
        }

        long width = type.BitSize() / 8;
        if (present != size || pieces.Exists(p => p.Length % width != 0))
        {
            throw new ModelException("MB1008", $"Tensor '{name}' of type {type.Name()} and shape [{string.Join(',', dimensions)}] takes {size} bytes, but has {present}. The file is damaged or was written by a faulty program.", source.Path);
        }

        return pieces.Count == 1
            ? source.Tensor(type, dimensions, pieces[0].Offset)
            : TensorTransforms.Concat(0, [.. pieces.Select(p => source.Tensor(type, [p.Length / width], p.Offset))]).Reshape(dimensions);
    }

    private static void Verify(ByteSource source, long end)
    {
        const int Step = 1 << 20;
        var crc = new Crc32();
        for (long at = 0; at < end; at += Step)
        {
            crc.Append(source.Read(at, (int)Math.Min(Step, end - at)));
        }

        ReadOnlySpan<byte> stored = source.Read(end + Trailer.Length, TrailerLength - Trailer.Length);
        if (BinaryPrimitives.ReadUInt64BigEndian(stored[2..]) != crc.GetCurrentHashAsUInt32())
        {
            throw FileProblem.Damaged(source.Path, "its checksum does not fit its content");
        }
    }

    /// <summary>First byte after a length, or -1.</summary>
    private static int Skip(ReadOnlySpan<byte> bytes, int at)
    {
        for (int i = at; i < bytes.Length && i < at + 10; i++)
        {
            if (bytes[i] < 0x80)
            {
                return i + 1;
            }
        }

        return -1;
    }

    /// <summary>Some bytes of a tensor as a tensor of bytes.</summary>
    private sealed class Piece(TensorData whole, long start, long length) : TensorData(ElementType.UInt8, [length])
    {
        public override ReadOnlySpan<byte> GetBytes(long offset, int count) => whole.GetBytes(start + offset, count);
    }
}
