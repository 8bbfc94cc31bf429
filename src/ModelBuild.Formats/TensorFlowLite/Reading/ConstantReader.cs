using System.Buffers.Binary;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Reading;

/// <summary>Contents of constant tensors. Dense ones stay in the file.</summary>
internal static class ConstantReader
{
    // Zeros of variables and the dense form of sparse weights are the only contents that the file does not hold as bytes.
    private const long MaxUnfolded = 1L << 30;

    /// <summary>The content, or null when the tensor has none.</summary>
    /// <exception cref="ModelException">The content does not fit the tensor.</exception>
    public static TensorData? Read(TfLiteFile file, TfLiteTensor tensor)
    {
        if (tensor.ExternalBuffer != 0)
        {
            throw new ModelException("MB1004", $"The weights of tensor '{tensor.Name}' lie in a file beside the model, which is not read. Export the model as one file.", file.Path);
        }

        (long start, long length) = file.Content(tensor.Buffer);
        long[] sizes = Array.ConvertAll(tensor.Sizes, s => s >= 0 ? (long)s : throw Damaged(file, tensor, "has a negative size"));
        long count = Count(file, tensor, sizes);
        if (length == 0)
        {
            return tensor.IsVariable ? Zeros(file, tensor, sizes, count)
                : count == 0 && tensor.Sizes.Length > 0 && tensor.Type.ToElementType() is var empty && empty is not (ElementType.Undefined or ElementType.String) ? new MemoryTensorData(empty, sizes, [])
                : null;
        }

        if (!tensor.Sparsity.IsAbsent)
        {
            return SparseTensors.Unfold(file, tensor, sizes, start, length);
        }

        switch (tensor.Type)
        {
            case TfLiteType.String:
                return Strings(file, tensor, sizes, start, length);
            case TfLiteType.Int4:
                return (count + 1) / 2 <= length ? Unpack(file, sizes, start) : throw TooShort(file, tensor, length);
            case var type when type.ToElementType() is var element && element != ElementType.Undefined:
                return element.ByteSize(count) <= length ? new FileTensorData(element, sizes, file.Buffer.File, start) : throw TooShort(file, tensor, length);
            default:
                throw new ModelException("MB1004", $"Tensor '{tensor.Name}' holds constants of type {tensor.Type.Name()}, which ONNX does not have.", file.Path);
        }
    }

    /// <summary>Product of the sizes.</summary>
    public static long Count(TfLiteFile file, TfLiteTensor tensor, long[] sizes)
    {
        try
        {
            return sizes.Aggregate(1L, (a, b) => checked(a * b));
        }
        catch (OverflowException)
        {
            throw Damaged(file, tensor, "has more elements than 64 bits count");
        }
    }

    /// <summary>The error for a tensor.</summary>
    public static ModelException Damaged(TfLiteFile file, TfLiteTensor tensor, string what) => FileProblem.Damaged(file.Path, $"tensor '{tensor.Name}' {what}");

    /// <summary>The error for content that ends too early.</summary>
    public static ModelException TooShort(TfLiteFile file, TfLiteTensor tensor, long length) =>
        Damaged(file, tensor, $"of type {tensor.Type.Name()} and shape [{string.Join(',', tensor.Sizes)}] has only {length} bytes");

    private static MemoryTensorData Zeros(TfLiteFile file, TfLiteTensor tensor, long[] sizes, long count)
    {
        ElementType type = tensor.Type == TfLiteType.Int4 ? ElementType.Int8 : tensor.Type.ToElementType();
        if (type is ElementType.Undefined or ElementType.String || count > MaxUnfolded / 8)
        {
            throw Damaged(file, tensor, "is a variable of no usable size or type");
        }

        // A quantized zero is the zero point.
        long zero = tensor.IsQuantized && tensor.ZeroPoints.Length > 0 ? tensor.ZeroPoints[0] : 0;
        var bytes = new byte[type.ByteSize(count)];
        if (zero != 0 && type is ElementType.Int8 or ElementType.UInt8)
        {
            bytes.AsSpan().Fill(unchecked((byte)zero));
        }

        return new MemoryTensorData(type, sizes, bytes);
    }

    private static ComputedTensorData Unpack(TfLiteFile file, long[] sizes, long start)
    {
        MappedFile mapped = file.Buffer.File;
        return new ComputedTensorData(ElementType.Int8, sizes, (offset, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                long element = offset + i;
                int pair = mapped.GetBytes(start + (element / 2), 1)[0];
                destination[i] = (byte)(sbyte)((element & 1) == 0 ? (sbyte)(pair << 4) >> 4 : (sbyte)pair >> 4);
            }
        });
    }

    private static StringTensorData Strings(TfLiteFile file, TfLiteTensor tensor, long[] sizes, long start, long length)
    {
        if (length > int.MaxValue || length < 8)
        {
            throw TooShort(file, tensor, length);
        }

        file.Buffer.Charge(length * 4, start);
        ReadOnlySpan<byte> bytes = file.Buffer.Read(start, (int)length);
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        long expected = Count(file, tensor, sizes);
        if (count < 0 || count > (length - 8) / 4 || count != expected)
        {
            throw Damaged(file, tensor, $"says it has {count} texts");
        }

        var texts = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < count; i++)
        {
            int from = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 + (4 * i))..]);
            int to = BinaryPrimitives.ReadInt32LittleEndian(bytes[(8 + (4 * i))..]);
            if (from < 0 || to < from || to > length)
            {
                throw Damaged(file, tensor, $"has text {i} outside its content");
            }

            file.Buffer.Charge(to - from, start);
            texts[i] = bytes[from..to].ToArray();
        }

        return new StringTensorData(sizes, texts);
    }
}
