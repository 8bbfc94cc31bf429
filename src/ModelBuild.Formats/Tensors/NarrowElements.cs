using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tensors;

/// <summary>Values of element types of eight bits and less, for formats that lack them.</summary>
internal static class NarrowElements
{
    /// <summary>The same values as int8, uint8 or float32.</summary>
    /// <exception cref="ArgumentException">The type is not one of these.</exception>
    public static TensorData Widen(TensorData data)
    {
        long count = data.ElementCount;
        ReadOnlySpan<byte> bytes = data.Bytes;
        if (data.ElementType.IsFloat())
        {
            var floats = new float[count];
            for (int i = 0; i < floats.Length; i++)
            {
                floats[i] = ToSingle(data.ElementType, Bits(bytes, i, data.ElementType.BitSize()));
            }

            return TensorData.Create<float>(ElementType.Float32, data.Dimensions, floats);
        }

        bool isSigned = data.ElementType is ElementType.Int4 or ElementType.Int2;
        int width = data.ElementType.BitSize();
        var integers = new byte[count];
        for (int i = 0; i < integers.Length; i++)
        {
            int value = Bits(bytes, i, width);
            integers[i] = (byte)(isSigned && value >> (width - 1) != 0 ? value - (1 << width) : value);
        }

        return new MemoryTensorData(isSigned ? ElementType.Int8 : ElementType.UInt8, data.Dimensions, integers);
    }

    private static int Bits(ReadOnlySpan<byte> bytes, int index, int width) => width == 8 ? bytes[index] : bytes[index * width / 8] >> (index * width % 8) & ((1 << width) - 1);

    /// <summary>Value of a bit pattern: OCP FP8 and MX formats, and the variants without a negative zero.</summary>
    private static float ToSingle(ElementType type, int bits) => type switch
    {
        ElementType.Float8E4M3FN => (bits & 0x7F) == 0x7F ? float.NaN : FromParts(bits, 4, 3, 7),
        ElementType.Float8E4M3FNUZ => bits == 0x80 ? float.NaN : FromParts(bits, 4, 3, 8),
        ElementType.Float8E5M2 => (bits & 0x7F) > 0x7C ? float.NaN : (bits & 0x7F) == 0x7C ? (bits > 0x7F ? float.NegativeInfinity : float.PositiveInfinity) : FromParts(bits, 5, 2, 15),
        ElementType.Float8E5M2FNUZ => bits == 0x80 ? float.NaN : FromParts(bits, 5, 2, 16),
        ElementType.Float4E2M1 => FromParts(bits, 2, 1, 1),
        ElementType.Float8E8M0 => bits == 0xFF ? float.NaN : MathF.ScaleB(1, bits - 127),
        _ => throw new ArgumentException($"{type.Name()} is not a narrow float.", nameof(type)),
    };

    private static float FromParts(int bits, int exponentBits, int mantissaBits, int bias)
    {
        int mantissa = bits & ((1 << mantissaBits) - 1);
        int exponent = bits >> mantissaBits & ((1 << exponentBits) - 1);
        float magnitude = exponent == 0
            ? MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
            : MathF.ScaleB(mantissa + (1 << mantissaBits), exponent - bias - mantissaBits);
        return bits >> (exponentBits + mantissaBits) != 0 ? -magnitude : magnitude;
    }
}
