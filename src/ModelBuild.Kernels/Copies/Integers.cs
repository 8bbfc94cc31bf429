namespace ModelBuild.Kernels;

/// <summary>Reads inputs that hold sizes, positions or axes.</summary>
internal static unsafe class Integers
{
    /// <summary>One element of an integer tensor, or of another numeric one cut to a whole number.</summary>
    /// <exception cref="KernelException">The tensor holds no numbers, or has no such element.</exception>
    public static long At(TensorValue tensor, long index)
    {
        if ((ulong)index >= (ulong)tensor.Length)
        {
            throw new KernelException($"Element {index} is asked of {tensor}.");
        }

        byte* data = tensor.Data;
        return tensor.ElementType switch
        {
            TensorElementType.Int64 => ((long*)data)[index],
            TensorElementType.Int32 => ((int*)data)[index],
            TensorElementType.Int16 => ((short*)data)[index],
            TensorElementType.Int8 => ((sbyte*)data)[index],
            TensorElementType.UInt64 => (long)Math.Min(((ulong*)data)[index], long.MaxValue),
            TensorElementType.UInt32 => ((uint*)data)[index],
            TensorElementType.UInt16 => ((ushort*)data)[index],
            TensorElementType.UInt8 or TensorElementType.Bool => data[index],
            TensorElementType.Float32 => (long)((float*)data)[index],
            TensorElementType.Float64 => (long)((double*)data)[index],
            TensorElementType.Float16 => (long)(float)((Half*)data)[index],
            TensorElementType.BFloat16 => (long)BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[index] << 16),
            _ => throw new KernelException($"Integers are expected, not {tensor}."),
        };
    }

    /// <summary>The only element of a scalar or of <c>[1]</c>.</summary>
    /// <exception cref="KernelException">There are more elements, or none.</exception>
    public static long Scalar(TensorValue tensor) =>
        tensor.Length == 1 ? At(tensor, 0) : throw new KernelException($"One number is expected, not {tensor}.");

    /// <summary>All elements.</summary>
    /// <param name="tensor">32-bit or 64-bit integers.</param>
    /// <param name="values">As long as the tensor.</param>
    public static void Read(TensorValue tensor, Span<long> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = At(tensor, i);
        }
    }

    /// <summary>Number of elements, for a tensor that holds one per dimension or axis.</summary>
    /// <exception cref="KernelException">It has more than one dimension.</exception>
    public static int Count(TensorValue tensor) => tensor.Rank <= 1 && tensor.Length <= int.MaxValue
        ? (int)tensor.Length
        : throw new KernelException($"A list of integers is expected, not {tensor}.");

    /// <summary>A position along a dimension, negative ones counted from its end.</summary>
    /// <exception cref="KernelException">It is outside.</exception>
    public static long Position(long index, long size)
    {
        long position = index < 0 ? index + size : index;
        if ((ulong)position >= (ulong)size)
        {
            throw new KernelException($"Index {index} is outside a dimension of {size}.");
        }

        return position;
    }
}
