namespace ModelBuild.Kernels;

/// <summary>
/// Writes a run of numbers as any type. Floats become integers cut towards zero; types of 32 and 64 bits take their nearest number for what is too large and
/// 0 for NaN, narrower ones the low bits of that 32-bit number. Integers become narrower ones by their low bits.
/// </summary>
internal static unsafe class NumberWriter
{
    /// <summary>Writes floats.</summary>
    /// <param name="type">Type to write.</param>
    /// <param name="data">All elements.</param>
    /// <param name="start">First one to write; where elements are packed it starts a byte.</param>
    /// <param name="values">The numbers.</param>
    /// <param name="saturate">For floats of 8 bits: whether what is too large becomes the largest number.</param>
    /// <param name="roundMode">Direction for E8M0.</param>
    public static void WriteReals(TensorElementType type, byte* data, long start, ReadOnlySpan<double> values, bool saturate, ScaleRounding roundMode)
    {
        switch (type)
        {
            case TensorElementType.Float32:
                for (int i = 0; i < values.Length; i++)
                {
                    ((float*)data)[start + i] = (float)values[i];
                }

                break;
            case TensorElementType.Float64:
                values.CopyTo(new Span<double>((double*)data + start, values.Length));
                break;
            case TensorElementType.Float16:
                for (int i = 0; i < values.Length; i++)
                {
                    ((Half*)data)[start + i] = (Half)values[i];
                }

                break;
            case TensorElementType.BFloat16:
                for (int i = 0; i < values.Length; i++)
                {
                    ((ushort*)data)[start + i] = Reals.ToBFloat16((float)values[i]);
                }

                break;
            case TensorElementType.Int64:
                for (int i = 0; i < values.Length; i++)
                {
                    ((long*)data)[start + i] = (long)values[i];
                }

                break;
            case TensorElementType.UInt64:
                for (int i = 0; i < values.Length; i++)
                {
                    ((ulong*)data)[start + i] = (ulong)values[i];
                }

                break;
            case TensorElementType.UInt32:
                for (int i = 0; i < values.Length; i++)
                {
                    ((uint*)data)[start + i] = (uint)(long)values[i];
                }

                break;
            case TensorElementType.Int32:
                for (int i = 0; i < values.Length; i++)
                {
                    ((int*)data)[start + i] = (int)values[i];
                }

                break;
            case TensorElementType.Int16:
                for (int i = 0; i < values.Length; i++)
                {
                    ((short*)data)[start + i] = (short)(int)values[i];
                }

                break;
            case TensorElementType.Int8:
                for (int i = 0; i < values.Length; i++)
                {
                    ((sbyte*)data)[start + i] = (sbyte)(int)values[i];
                }

                break;
            case TensorElementType.UInt16:
                for (int i = 0; i < values.Length; i++)
                {
                    ((ushort*)data)[start + i] = (ushort)(int)values[i];
                }

                break;
            case TensorElementType.UInt8:
                for (int i = 0; i < values.Length; i++)
                {
                    ((byte*)data)[start + i] = (byte)(int)values[i];
                }

                break;
            case TensorElementType.Bool:
                for (int i = 0; i < values.Length; i++)
                {
                    data[start + i] = values[i] != 0 ? (byte)1 : (byte)0;
                }

                break;
            default:
                bool isFloat = NarrowFloats.Is(type);
                Clear(type, data, start, values.Length);
                for (int i = 0; i < values.Length; i++)
                {
                    Set(type, data, start + i, isFloat ? NarrowFloats.Encode(type, values[i], saturate, roundMode) : (int)values[i]);
                }

                break;
        }
    }

    /// <summary>Writes integers.</summary>
    /// <param name="type">Type to write.</param>
    /// <param name="data">All elements.</param>
    /// <param name="start">First one to write; where elements are packed it starts a byte.</param>
    /// <param name="values">The numbers.</param>
    /// <param name="isUnsigned">Whether the bits are those of unsigned numbers.</param>
    /// <param name="saturate">For floats of 8 bits: whether what is too large becomes the largest number.</param>
    /// <param name="roundMode">Direction for E8M0.</param>
    public static void WriteIntegers(
        TensorElementType type, byte* data, long start, ReadOnlySpan<long> values, bool isUnsigned, bool saturate, ScaleRounding roundMode)
    {
        switch (type)
        {
            case TensorElementType.Float32:
                for (int i = 0; i < values.Length; i++)
                {
                    ((float*)data)[start + i] = isUnsigned ? (ulong)values[i] : values[i];
                }

                break;
            case TensorElementType.Float64:
                for (int i = 0; i < values.Length; i++)
                {
                    ((double*)data)[start + i] = isUnsigned ? (ulong)values[i] : values[i];
                }

                break;
            case TensorElementType.Float16:
                for (int i = 0; i < values.Length; i++)
                {
                    ((Half*)data)[start + i] = (Half)(isUnsigned ? (double)(ulong)values[i] : values[i]);
                }

                break;
            case TensorElementType.BFloat16:
                for (int i = 0; i < values.Length; i++)
                {
                    ((ushort*)data)[start + i] = Reals.ToBFloat16(isUnsigned ? (ulong)values[i] : values[i]);
                }

                break;
            case TensorElementType.Int64 or TensorElementType.UInt64:
                values.CopyTo(new Span<long>((long*)data + start, values.Length));
                break;
            case TensorElementType.Int32 or TensorElementType.UInt32:
                for (int i = 0; i < values.Length; i++)
                {
                    ((int*)data)[start + i] = (int)values[i];
                }

                break;
            case TensorElementType.Int16 or TensorElementType.UInt16:
                for (int i = 0; i < values.Length; i++)
                {
                    ((short*)data)[start + i] = (short)values[i];
                }

                break;
            case TensorElementType.Int8 or TensorElementType.UInt8:
                for (int i = 0; i < values.Length; i++)
                {
                    data[start + i] = (byte)values[i];
                }

                break;
            case TensorElementType.Bool:
                for (int i = 0; i < values.Length; i++)
                {
                    data[start + i] = values[i] != 0 ? (byte)1 : (byte)0;
                }

                break;
            default:
                bool isFloat = NarrowFloats.Is(type);
                Clear(type, data, start, values.Length);
                for (int i = 0; i < values.Length; i++)
                {
                    double value = isUnsigned ? (ulong)values[i] : values[i];
                    Set(type, data, start + i, isFloat ? NarrowFloats.Encode(type, value, saturate, roundMode) : (int)values[i]);
                }

                break;
        }
    }

    // Bits beyond the last element stay 0.
    private static void Clear(TensorElementType type, byte* data, long start, int count)
    {
        int bits = Elements.Bits(type);
        new Span<byte>(data + (start * bits / 8), ((count * bits) + 7) / 8).Clear();
    }

    private static void Set(TensorElementType type, byte* data, long index, int value)
    {
        int bits = Elements.Bits(type);
        if (bits == 8)
        {
            data[index] = (byte)value;
        }
        else
        {
            Elements.SetPacked(data, index, bits, value);
        }
    }
}
