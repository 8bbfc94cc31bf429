namespace ModelBuild.Kernels;

/// <summary>Single elements of numeric tensors as <see cref="double"/>.</summary>
internal static unsafe class Reals
{
    /// <summary>One element.</summary>
    /// <exception cref="KernelException">The tensor's elements are no real numbers of 8 bits or more.</exception>
    public static double Read(TensorValue tensor, long index)
    {
        byte* data = tensor.Data;
        return tensor.ElementType switch
        {
            TensorElementType.Float32 => ((float*)data)[index],
            TensorElementType.Float64 => ((double*)data)[index],
            TensorElementType.Float16 => (double)((Half*)data)[index],
            TensorElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[index] << 16),
            TensorElementType.UInt64 => ((ulong*)data)[index],
            _ => Integers.At(tensor, index),
        };
    }

    /// <summary>Writes one element, rounded to nearest for floats, cut for integers.</summary>
    /// <exception cref="KernelException">The tensor's elements are no real numbers of 8 bits or more.</exception>
    public static void Write(TensorValue tensor, long index, double value)
    {
        byte* data = tensor.Data;
        switch (tensor.ElementType)
        {
            case TensorElementType.Float32:
                ((float*)data)[index] = (float)value;
                break;
            case TensorElementType.Float64:
                ((double*)data)[index] = value;
                break;
            case TensorElementType.Float16:
                ((Half*)data)[index] = (Half)value;
                break;
            case TensorElementType.BFloat16:
                ((ushort*)data)[index] = ToBFloat16((float)value);
                break;
            case TensorElementType.UInt8:
                data[index] = (byte)value;
                break;
            case TensorElementType.Bool:
                data[index] = value != 0 ? (byte)1 : (byte)0;
                break;
            case TensorElementType.Int8:
                ((sbyte*)data)[index] = (sbyte)value;
                break;
            case TensorElementType.UInt16:
                ((ushort*)data)[index] = (ushort)value;
                break;
            case TensorElementType.Int16:
                ((short*)data)[index] = (short)value;
                break;
            case TensorElementType.UInt32:
                ((uint*)data)[index] = (uint)value;
                break;
            case TensorElementType.Int32:
                ((int*)data)[index] = (int)value;
                break;
            case TensorElementType.UInt64:
                ((ulong*)data)[index] = (ulong)value;
                break;
            case TensorElementType.Int64:
                ((long*)data)[index] = (long)value;
                break;
            default:
                throw new KernelException($"Numbers can't be written to {tensor}.");
        }
    }

    /// <summary>Rounds to the upper half of a float, ties to even.</summary>
    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
