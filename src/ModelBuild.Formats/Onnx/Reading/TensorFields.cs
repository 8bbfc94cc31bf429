using System.Buffers.Binary;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>Which field of <c>TensorProto</c> holds the elements of a type when they are not in <c>raw_data</c>.</summary>
internal static class TensorFields
{
    /// <summary>4 float_data, 5 int32_data, 7 int64_data, 10 double_data, 11 uint64_data.</summary>
    public static int OfElements(ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Complex64 => 4,
        ElementType.Float64 or ElementType.Complex128 => 10,
        ElementType.Int64 => 7,
        ElementType.UInt32 or ElementType.UInt64 => 11,
        _ => 5,
    };

    /// <summary>Entries of that field for a tensor of <paramref name="size"/> bytes: a pair for a complex number, one per byte for types narrower than a byte.</summary>
    public static long EntryCount(ElementType type, long size) => type switch
    {
        ElementType.Complex64 => size / 4,
        ElementType.Complex128 => size / 8,
        _ => size / BytesPerEntry(type),
    };

    /// <summary>Bytes that one entry becomes.</summary>
    public static int BytesPerEntry(ElementType type) => Math.Max(1, type.BitSize() / 8);
}

/// <summary>Stores numbers one after the other in the width of a type.</summary>
internal ref struct ElementWriter(ElementType type, Span<byte> destination)
{
    private readonly int _width = TensorFields.BytesPerEntry(type);
    private Span<byte> _rest = destination;

    /// <summary>Stores the low bits of <paramref name="value"/>.</summary>
    public void Write(ulong value)
    {
        switch (_width)
        {
            case 1:
                _rest[0] = (byte)value;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(_rest, (ushort)value);
                break;
            case 4:
                BinaryPrimitives.WriteUInt32LittleEndian(_rest, (uint)value);
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(_rest, value);
                break;
        }

        _rest = _rest[_width..];
    }
}

/// <summary>A tensor that a file holds as base-128 numbers. Decoded when first read.</summary>
internal sealed class PackedTensorData(ElementType type, ReadOnlySpan<long> dimensions, string name, MappedFile file, long offset, long length)
    : TensorData(type, dimensions)
{
    private readonly Lock _lock = new();
    private byte[]? _bytes;

    public override ReadOnlySpan<byte> GetBytes(long start, int count) => Decode().AsSpan(checked((int)start), count);

    /// <summary>The elements in their own width.</summary>
    /// <exception cref="ModelException">There are more or fewer numbers than elements.</exception>
    public byte[] Decode()
    {
        lock (_lock)
        {
            return _bytes ??= DecodeAll();
        }
    }

    private byte[] DecodeAll()
    {
        const int Piece = 1 << 20;
        if (ByteLength > Array.MaxLength)
        {
            throw new ModelException("MB1005", $"Tensor '{name}' stores {ByteLength} bytes as packed numbers, which is not supported. Store it as raw data.", file.Path);
        }

        var bytes = new byte[ByteLength];
        long left = TensorFields.EntryCount(ElementType, ByteLength);
        var writer = new ElementWriter(ElementType, bytes);
        ulong value = 0;
        int shift = 0;
        for (long position = 0; position < length; position += Piece)
        {
            foreach (byte b in file.GetBytes(offset + position, (int)Math.Min(Piece, length - position)))
            {
                if (shift > 63 || left == 0)
                {
                    throw Mismatch();
                }

                value |= (ulong)(b & 127) << shift;
                shift += 7;
                if (b < 128)
                {
                    writer.Write(value);
                    left--;
                    value = 0;
                    shift = 0;
                }
            }
        }

        return left == 0 && shift == 0 ? bytes : throw Mismatch();
    }

    private ModelException Mismatch() => new("MB1008", $"Tensor '{name}' of {this} has a different number of elements. The file is damaged or was written by a faulty program.", file.Path);
}

/// <summary>The dense content of a sparse tensor. Computed when first read.</summary>
internal sealed class DensifiedTensorData(SparseTensor sparse, string name, string path) : TensorData(sparse.Values.ElementType, [.. sparse.Dimensions])
{
    private readonly Lock _lock = new();
    private byte[]? _bytes;

    public override ReadOnlySpan<byte> GetBytes(long offset, int length)
    {
        lock (_lock)
        {
            return (_bytes ??= Fill()).AsSpan(checked((int)offset), length);
        }
    }

    private byte[] Fill()
    {
        int width = ElementType.BitSize() / 8;
        var bytes = new byte[ByteLength];
        ReadOnlySpan<byte> values = sparse.Values.Bytes;
        ReadOnlySpan<byte> indices = sparse.Indices.Bytes;
        int rank = sparse.Indices.Rank == 1 ? 0 : Rank;
        int count = (int)sparse.Values.ElementCount;
        for (int i = 0; i < count; i++)
        {
            long index = 0;
            if (rank == 0)
            {
                index = BinaryPrimitives.ReadInt64LittleEndian(indices[(i * 8)..]);
            }

            for (int axis = 0; axis < rank; axis++)
            {
                long coordinate = BinaryPrimitives.ReadInt64LittleEndian(indices[((i * rank + axis) * 8)..]);
                index = (ulong)coordinate < (ulong)Dimensions[axis] ? index * Dimensions[axis] + coordinate : -1;
                if (index < 0)
                {
                    break;
                }
            }

            if ((ulong)index >= (ulong)ElementCount)
            {
                throw new ModelException("MB1008", $"Sparse tensor '{name}' has an index outside its shape. The file is damaged or was written by a faulty program.", path);
            }

            values.Slice(i * width, width).CopyTo(bytes.AsSpan((int)(index * width)));
        }

        return bytes;
    }
}
