namespace ModelBuild.Kernels;

/// <summary>Elements of any ordered type as unsigned integers in the same order. A NaN is larger than every number; both zeros are equal.</summary>
internal static unsafe class SortKeys
{
    /// <summary>Reads keys.</summary>
    /// <param name="tensor">Numbers.</param>
    /// <param name="start">First element.</param>
    /// <param name="stride">From one to the next.</param>
    /// <param name="keys">Receives one per element.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="KernelException">Elements of that type have no order.</exception>
    public static void Read(TensorValue tensor, long start, long stride, ulong* keys, long count)
    {
        const uint Sign32 = 0x8000_0000;
        const ulong Sign64 = 0x8000_0000_0000_0000;
        byte* data = tensor.Data;
        for (long i = 0, at = start; i < count; i++, at += stride)
        {
            keys[i] = tensor.ElementType switch
            {
                TensorElementType.Float32 => Single(((float*)data)[at]),
                TensorElementType.Float64 => Double(((double*)data)[at]),
                TensorElementType.Float16 => Single((float)((Half*)data)[at]),
                TensorElementType.BFloat16 => Single(BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[at] << 16)),
                TensorElementType.Int64 => ((ulong*)data)[at] ^ Sign64,
                TensorElementType.Int32 => ((uint*)data)[at] ^ Sign32,
                TensorElementType.Int16 => (ulong)(((short*)data)[at] + 0x8000),
                TensorElementType.Int8 => (ulong)(((sbyte*)data)[at] + 0x80),
                TensorElementType.UInt64 => ((ulong*)data)[at],
                TensorElementType.UInt32 => ((uint*)data)[at],
                TensorElementType.UInt16 => ((ushort*)data)[at],
                TensorElementType.UInt8 or TensorElementType.Bool => data[at],
                _ => throw new KernelException($"Elements of type {tensor.ElementType} have no order."),
            };
        }
    }

    private static ulong Single(float value)
    {
        if (float.IsNaN(value))
        {
            return uint.MaxValue;
        }

        uint bits = BitConverter.SingleToUInt32Bits(value == 0 ? 0 : value);
        return (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
    }

    private static ulong Double(double value)
    {
        if (double.IsNaN(value))
        {
            return ulong.MaxValue;
        }

        ulong bits = BitConverter.DoubleToUInt64Bits(value == 0 ? 0 : value);
        return (bits & 0x8000_0000_0000_0000) != 0 ? ~bits : bits | 0x8000_0000_0000_0000;
    }
}
