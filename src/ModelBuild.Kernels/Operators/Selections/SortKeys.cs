using System.Runtime.Intrinsics;

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
        if (tensor.ElementType == TensorElementType.Float32)
        {
            Singles((float*)data + start, stride, keys, count);
            return;
        }

        for (long i = 0, at = start; i < count; i++, at += stride)
        {
            keys[i] = tensor.ElementType switch
            {
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

    private static void Singles(float* x, long stride, ulong* keys, long count)
    {
        long i = 0;
        if (stride == 1 && Vector256.IsHardwareAccelerated)
        {
            Vector256<uint> sign = Vector256.Create(0x8000_0000u);
            for (; i + Vector256<uint>.Count <= count; i += Vector256<uint>.Count)
            {
                // Adding 0 makes the negative zero positive.
                Vector256<float> value = Vector256.Load(x + i) + Vector256<float>.Zero;
                Vector256<uint> bits = value.AsUInt32();
                Vector256<uint> negative = Vector256.ShiftRightArithmetic(bits.AsInt32(), 31).AsUInt32();
                Vector256<uint> key = (bits ^ (negative | sign)) | ~Vector256.Equals(value, value).AsUInt32();
                (Vector256<ulong> low, Vector256<ulong> high) = Vector256.Widen(key);
                low.Store(keys + i);
                high.Store(keys + i + Vector256<ulong>.Count);
            }
        }

        for (; i < count; i++)
        {
            keys[i] = Single(x[i * stride]);
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
