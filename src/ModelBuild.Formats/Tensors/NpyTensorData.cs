using System.Buffers.Binary;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tensors;

/// <summary>A NumPy array of numbers in a file or archive; read when first asked for.</summary>
/// <param name="header">The header, whose size was checked against what is there.</param>
/// <param name="open">Opens the file or archive entry at its start.</param>
/// <param name="path">For messages.</param>
internal sealed class NpyTensorData(NpyHeader header, Func<Stream> open, string path) : TensorData(header.ElementType, header.Dimensions)
{
    private readonly Lock _lock = new();
    private byte[]? _bytes;

    public override ReadOnlySpan<byte> GetBytes(long offset, int length)
    {
        lock (_lock)
        {
            return (_bytes ??= Load()).AsSpan(checked((int)offset), length);
        }
    }

    /// <summary>Reads the stored elements and brings them into row-major, little-endian order.</summary>
    public static byte[] ReadElements(NpyHeader header, Stream stream, string path)
    {
        if (header.StoredLength > Array.MaxLength)
        {
            throw DataProblem.Of(path, $"an array of {header.StoredLength} bytes is too large; split it");
        }

        var bytes = new byte[header.StoredLength];
        stream.ReadExactly(bytes);
        if (header.IsBigEndian)
        {
            // A complex number is a pair, and a text a run of 32-bit characters.
            int width = header.Kind switch
            {
                'c' => header.ItemSize / 2,
                'U' => 4,
                'S' => 1,
                _ => header.ItemSize,
            };
            for (int i = 0; width > 1 && i < bytes.Length; i += width)
            {
                bytes.AsSpan(i, width).Reverse();
            }
        }

        return header.IsFortranOrder && header.Dimensions.Length > 1 ? ToRowMajor(bytes, header) : bytes;
    }

    /// <summary>The texts of an array of text.</summary>
    public static StringTensorData ReadTexts(NpyHeader header, Stream stream, string path)
    {
        byte[] bytes = ReadElements(header, stream, path);
        var texts = new ReadOnlyMemory<byte>[header.ElementCount];
        for (int i = 0; i < texts.Length; i++)
        {
            ReadOnlySpan<byte> item = bytes.AsSpan(i * header.ItemSize, header.ItemSize);
            texts[i] = header.Kind == 'S' ? item.TrimEnd((byte)0).ToArray() : ToUtf8(item);
        }

        return new StringTensorData(header.Dimensions, texts);
    }

    private static byte[] ToUtf8(ReadOnlySpan<byte> utf32)
    {
        var text = new StringBuilder();
        int end = utf32.Length;
        while (end > 0 && BinaryPrimitives.ReadUInt32LittleEndian(utf32[(end - 4)..]) == 0)
        {
            end -= 4;
        }

        for (int i = 0; i < end; i += 4)
        {
            uint code = BinaryPrimitives.ReadUInt32LittleEndian(utf32[i..]);
            text.Append(Rune.IsValid(code) ? new Rune(code).ToString() : "\uFFFD");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] ToRowMajor(byte[] columns, NpyHeader header)
    {
        int size = header.ItemSize;
        long[] dimensions = header.Dimensions;
        var rows = new byte[columns.Length];
        var index = new long[dimensions.Length];
        var strides = new long[dimensions.Length];
        long stride = 1;
        for (int axis = 0; axis < dimensions.Length; axis++)
        {
            strides[axis] = stride;
            stride *= dimensions[axis];
        }

        long source = 0;
        for (int target = 0; target < rows.Length; target += size)
        {
            columns.AsSpan((int)(source * size), size).CopyTo(rows.AsSpan(target));
            for (int axis = dimensions.Length - 1; axis >= 0; axis--)
            {
                source += strides[axis];
                if (++index[axis] < dimensions[axis])
                {
                    break;
                }

                source -= strides[axis] * dimensions[axis];
                index[axis] = 0;
            }
        }

        return rows;
    }

    private byte[] Load()
    {
        try
        {
            using Stream stream = open();
            NpyHeader now = NpyHeader.Read(stream, path);
            return now.DataOffset == header.DataOffset && now.StoredLength == header.StoredLength && now.ElementType == header.ElementType
                ? ReadElements(header, stream, path)
                : throw DataProblem.Of(path, "it changed while it was in use");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw DataProblem.Unreadable(path, e);
        }
    }
}
