namespace ModelBuild.Kernels;

/// <summary>The operator GatherBlockQuantized of ONNX Runtime's own set.</summary>
public static unsafe class BlockQuantizedGather
{
    /// <summary>Rows of a table that is quantized in blocks along an axis, dequantized.</summary>
    /// <param name="data">The table: 4-bit integers, or bytes with one or two elements each.</param>
    /// <param name="indices">Which rows, negative ones from the end.</param>
    /// <param name="scales">A scale for each block.</param>
    /// <param name="zeroPoints">A zero point for each block, stored like the table.</param>
    /// <param name="y">Result, of the scales' type.</param>
    /// <param name="bits">Bits of an element of a table of bytes: 4 or 8.</param>
    /// <param name="blockSize">Elements of a block.</param>
    /// <param name="gatherAxis">Axis of the rows.</param>
    /// <param name="quantizeAxis">Axis of the blocks.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other, or an index is outside.</exception>
    public static void GatherBlockQuantized(
        TensorValue data, TensorValue indices, TensorValue scales, TensorValue? zeroPoints, [Output] TensorValue y, long bits = 4, long blockSize = 128, long gatherAxis = 0, long quantizeAxis = 1)
    {
        bool bytes = data.ElementType == TensorElementType.UInt8;
        int perByte = bytes && bits == 4 ? 2 : 1;
        if ((!bytes && data.ElementType is not (TensorElementType.Int4 or TensorElementType.UInt4)) || (bytes && bits is not (4 or 8)) || data.Rank is < 1 or > 16 || blockSize < 1 || scales.Rank != data.Rank)
        {
            throw new KernelException($"Elements of {bits} bits are gathered from {data} with the scales {scales} in blocks of {blockSize}.");
        }

        Span<long> shape = stackalloc long[data.Rank];
        data.Shape.CopyTo(shape);
        shape[^1] = checked(shape[^1] * perByte);
        int gather = (int)Integers.Position(gatherAxis, data.Rank);
        int quantize = (int)Integers.Position(quantizeAxis, data.Rank);
        long blocks = (shape[quantize] / blockSize) + (shape[quantize] % blockSize == 0 ? 0 : 1);
        for (int i = 0; i < shape.Length; i++)
        {
            if (scales.Shape[i] != (i == quantize ? blocks : shape[i]))
            {
                throw new KernelException($"The scales {scales} don't fit {data} in blocks of {blockSize} along axis {quantize}.");
            }
        }

        // Zero points of a row of scales fill whole bytes.
        long zeroRow = (scales.Shape[^1] + perByte - 1) / perByte;
        if (zeroPoints is not null && (zeroPoints.ElementType != data.ElementType || zeroPoints.Length != (bytes ? scales.Length / Math.Max(1, scales.Shape[^1]) * zeroRow : scales.Length)))
        {
            throw new KernelException($"The zero points {zeroPoints} don't fit the scales {scales}.");
        }

        int rank = data.Rank - 1 + indices.Rank;
        Span<long> result = rank <= 32 ? stackalloc long[rank] : new long[rank];
        shape[..gather].CopyTo(result);
        indices.Shape.CopyTo(result[gather..]);
        shape[(gather + 1)..].CopyTo(result[(gather + indices.Rank)..]);
        y.Resize(scales.ElementType, result);
        using var factors = new RealInput<float>(scales);
        using var output = new RealOutput<float>(y);
        long outer = SpatialWindows.Product(shape[..gather]);
        long inner = SpatialWindows.Product(shape[(gather + 1)..]);
        float missing = !bytes ? 0 : bits == 4 ? 8 : 128;
        float* target = output.Pointer;
        Span<long> position = stackalloc long[shape.Length];
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < indices.Length; i++)
            {
                long row = (o * shape[gather]) + Integers.Position(Integers.At(indices, i), shape[gather]);
                for (long j = 0; j < inner; j++)
                {
                    long at = (row * inner) + j;
                    long block = BlockOf(at, shape, position, quantize, blockSize, scales.Shape);
                    float zero = zeroPoints is null ? missing : Element(zeroPoints, perByte == 2 ? (block / scales.Shape[^1] * zeroRow * 2) + (block % scales.Shape[^1]) : block, perByte);
                    *target++ = (Element(data, at, perByte) - zero) * factors.Pointer[block];
                }
            }
        }

        output.Commit();
    }

    private static long BlockOf(long index, ReadOnlySpan<long> shape, Span<long> position, int axis, long blockSize, ReadOnlySpan<long> scales)
    {
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            position[i] = index % shape[i];
            index /= shape[i];
        }

        position[axis] /= blockSize;
        long block = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            block = (block * scales[i]) + position[i];
        }

        return block;
    }

    private static int Element(TensorValue tensor, long index, int perByte)
    {
        if (tensor.ElementType == TensorElementType.UInt8 && perByte == 1)
        {
            return tensor.Data[index];
        }

        int value = Elements.GetPacked(tensor.Data, index, 4);
        return tensor.ElementType == TensorElementType.Int4 ? (value ^ 8) - 8 : value;
    }
}
