using Google.Protobuf;
using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>Turns <c>TensorProto</c> into <see cref="TensorData"/>, whichever of its fields hold the elements.</summary>
internal sealed class OnnxTensorReader(MappedFile file, IReadOnlyList<PayloadSlice> slices, ExternalDataFolder external)
{
    /// <summary>Bytes of packed numbers up to here are decoded at once, so that an error shows early.</summary>
    private const int EagerDecoding = 64 * 1024;

    /// <summary>Dense bytes that a sparse tensor may stand for.</summary>
    private const long MaximumDensified = int.MaxValue;

    /// <summary>The tensor; a large payload stays in the file.</summary>
    /// <exception cref="ModelException">The content does not fit type and dimensions.</exception>
    public TensorData Read(TensorProto proto)
    {
        TensorData data = ReadContent(proto);
        data.DocString = proto.DocString;
        return data;
    }

    /// <summary>The sparse tensor as stored.</summary>
    public SparseTensor ReadSparse(SparseTensorProto proto)
    {
        string name = proto.Values?.Name ?? "";
        if (proto.Values is null || proto.Indices is null)
        {
            throw Mismatch(name, "is sparse and lacks its values or indices");
        }

        TensorData values = Read(proto.Values);
        TensorData indices = Read(proto.Indices);
        long[] dimensions = [.. proto.Dims];
        long bytes = TensorSizes.Of(values.ElementType, dimensions, name, file.Path);
        bool fits = indices.ElementType == ElementType.Int64 && values.Rank == 1 && values.ElementType.BitSize() >= 8
            && (indices.Rank == 1 ? indices.Dimensions[0] == values.ElementCount
                : indices.Rank == 2 && indices.Dimensions[0] == values.ElementCount && indices.Dimensions[1] == dimensions.Length);
        if (!fits)
        {
            throw Mismatch(name, $"is sparse, and its values {values} do not fit its indices {indices} in shape [{string.Join(',', dimensions)}]");
        }

        return bytes <= MaximumDensified
            ? new SparseTensor(values, indices, dimensions)
            : throw Mismatch(name, $"is sparse and would take {bytes} bytes when stored densely, more than {MaximumDensified}");
    }

    /// <summary>The dense content of a sparse tensor, computed when asked for.</summary>
    public TensorData Densify(SparseTensor sparse, string name) => new DensifiedTensorData(sparse, name, file.Path);

    private TensorData ReadContent(TensorProto proto)
    {
        var type = (ElementType)proto.DataType;
        string name = proto.Name;
        long[] dimensions = [.. proto.Dims];
        if (proto.HasSegment)
        {
            throw new ModelException("MB1005", $"Tensor '{name}' is stored in segments, which is not supported.", file.Path);
        }

        if (proto.DataLocation == 1)
        {
            var entries = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (StringStringEntryProto entry in proto.ExternalData)
            {
                entries[entry.Key] = entry.Value;
            }

            return type == ElementType.String
                ? throw Mismatch(name, "holds text, which can't lie in another file")
                : external.Open(name, type, dimensions, entries);
        }

        long size = TensorSizes.Of(type, dimensions, name, file.Path);
        if (type == ElementType.String)
        {
            long count = dimensions.Aggregate(1L, (product, d) => product * d);
            return proto.StringData.Count == count
                ? new StringTensorData(dimensions, [.. proto.StringData.Select(s => s.Memory)])
                : throw Mismatch(name, $"of shape [{string.Join(',', dimensions)}] has {proto.StringData.Count} texts");
        }

        return proto.HasSlice ? ReadSlice(proto, type, dimensions, size) : ReadInline(proto, type, dimensions, size);
    }

    private TensorData ReadSlice(TensorProto proto, ElementType type, long[] dimensions, long size)
    {
        if ((uint)proto.Slice >= (uint)slices.Count)
        {
            throw FileProblem.Damaged(file.Path, $"tensor '{proto.Name}' has a field that ONNX does not have");
        }

        PayloadSlice slice = slices[proto.Slice];
        bool isStoredAsIs = slice.Field == 9 || slice.Field == TensorFields.OfElements(type) && slice.Field is 4 or 10;
        if (isStoredAsIs)
        {
            return slice.Length == size
                ? new FileTensorData(type, dimensions, file, slice.Offset)
                : throw Mismatch(proto.Name, $"of type {type.Name()} and shape [{string.Join(',', dimensions)}] takes {size} bytes, but has {slice.Length}");
        }

        if (slice.Field != TensorFields.OfElements(type))
        {
            throw Mismatch(proto.Name, $"of type {type.Name()} has its elements in a field for other types");
        }

        // A number takes one to ten bytes.
        long entries = TensorFields.EntryCount(type, size);
        if (entries > slice.Length || entries < slice.Length / 10)
        {
            throw Mismatch(proto.Name, $"of type {type.Name()} and shape [{string.Join(',', dimensions)}] takes {entries} numbers, but its data is {slice.Length} bytes long");
        }

        var data = new PackedTensorData(type, dimensions, proto.Name, file, slice.Offset, slice.Length);
        if (slice.Length <= EagerDecoding)
        {
            data.Decode();
        }

        return data;
    }

    private MemoryTensorData ReadInline(TensorProto proto, ElementType type, long[] dimensions, long size)
    {
        if (proto.HasRawData)
        {
            return proto.RawData.Length == size
                ? new MemoryTensorData(type, dimensions, proto.RawData.ToByteArray())
                : throw Mismatch(proto.Name, $"of type {type.Name()} and shape [{string.Join(',', dimensions)}] takes {size} bytes, but has {proto.RawData.Length}");
        }

        long entries = TensorFields.EntryCount(type, size);
        int present = TensorFields.OfElements(type) switch
        {
            4 => proto.FloatData.Count,
            5 => proto.Int32Data.Count,
            7 => proto.Int64Data.Count,
            10 => proto.DoubleData.Count,
            _ => proto.Uint64Data.Count,
        };
        if (present != entries)
        {
            throw Mismatch(proto.Name, $"of type {type.Name()} and shape [{string.Join(',', dimensions)}] takes {entries} numbers, but has {present}");
        }

        var bytes = new byte[size];
        var writer = new ElementWriter(type, bytes);
        switch (TensorFields.OfElements(type))
        {
            case 4:
                System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(proto.FloatData.ToArray()).CopyTo(bytes);
                break;
            case 10:
                System.Runtime.InteropServices.MemoryMarshal.AsBytes<double>(proto.DoubleData.ToArray()).CopyTo(bytes);
                break;
            case 5:
                foreach (int value in proto.Int32Data)
                {
                    writer.Write((ulong)value);
                }

                break;
            case 7:
                foreach (long value in proto.Int64Data)
                {
                    writer.Write((ulong)value);
                }

                break;
            default:
                foreach (ulong value in proto.Uint64Data)
                {
                    writer.Write(value);
                }

                break;
        }

        return new MemoryTensorData(type, dimensions, bytes);
    }

    private ModelException Mismatch(string name, string detail) => new("MB1008", $"Tensor '{name}' {detail}. The file is damaged or was written by a faulty program.", file.Path);
}
