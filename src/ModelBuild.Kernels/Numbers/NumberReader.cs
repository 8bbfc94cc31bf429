namespace ModelBuild.Kernels;

/// <summary>Reads a run of numbers of any type.</summary>
internal static unsafe class NumberReader
{
    /// <summary>What the numbers of a type are read as.</summary>
    /// <exception cref="KernelException">The type has no real numbers.</exception>
    public static NumberKind Kind(TensorElementType type) => type switch
    {
        TensorElementType.Float32 or TensorElementType.Float64 or TensorElementType.Float16 or TensorElementType.BFloat16 => NumberKind.Real,
        TensorElementType.UInt64 => NumberKind.Unsigned,
        TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.Int16 or TensorElementType.Int8 or TensorElementType.UInt32
            or TensorElementType.UInt16 or TensorElementType.UInt8 or TensorElementType.Bool or TensorElementType.Int4 or TensorElementType.UInt4
            or TensorElementType.Int2 or TensorElementType.UInt2 => NumberKind.Signed,
        _ when NarrowFloats.Is(type) => NumberKind.Real,
        _ => throw new KernelException($"{type} has no numbers that could be converted."),
    };

    /// <summary>Reads floats.</summary>
    /// <param name="type">Type of kind <see cref="NumberKind.Real"/>.</param>
    /// <param name="data">All elements.</param>
    /// <param name="start">First one to read.</param>
    /// <param name="values">The numbers.</param>
    public static void ReadReals(TensorElementType type, byte* data, long start, Span<double> values)
    {
        switch (type)
        {
            case TensorElementType.Float32:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = ((float*)data)[start + i];
                }

                break;
            case TensorElementType.Float64:
                new ReadOnlySpan<double>((double*)data + start, values.Length).CopyTo(values);
                break;
            case TensorElementType.Float16:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (double)((Half*)data)[start + i];
                }

                break;
            case TensorElementType.BFloat16:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[start + i] << 16);
                }

                break;
            default:
                int bits = Elements.Bits(type);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = NarrowFloats.Decode(type, bits == 8 ? data[start + i] : Elements.GetPacked(data, start + i, bits));
                }

                break;
        }
    }

    /// <summary>Reads integers and truth values.</summary>
    /// <param name="type">Type of another kind than <see cref="NumberKind.Real"/>.</param>
    /// <param name="data">All elements.</param>
    /// <param name="start">First one to read.</param>
    /// <param name="values">The numbers.</param>
    public static void ReadIntegers(TensorElementType type, byte* data, long start, Span<long> values)
    {
        switch (type)
        {
            case TensorElementType.Int64 or TensorElementType.UInt64:
                new ReadOnlySpan<long>((long*)data + start, values.Length).CopyTo(values);
                break;
            case TensorElementType.Int32:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = ((int*)data)[start + i];
                }

                break;
            case TensorElementType.Int16:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = ((short*)data)[start + i];
                }

                break;
            case TensorElementType.Int8:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = ((sbyte*)data)[start + i];
                }

                break;
            case TensorElementType.UInt32:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = ((uint*)data)[start + i];
                }

                break;
            case TensorElementType.UInt16:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = ((ushort*)data)[start + i];
                }

                break;
            case TensorElementType.UInt8:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = ((byte*)data)[start + i];
                }

                break;
            case TensorElementType.Bool:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = data[start + i] != 0 ? 1 : 0;
                }

                break;
            default:
                int bits = Elements.Bits(type);
                int sign = type is TensorElementType.Int4 or TensorElementType.Int2 ? 1 << (bits - 1) : 0;
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (Elements.GetPacked(data, start + i, bits) ^ sign) - sign;
                }

                break;
        }
    }
}
