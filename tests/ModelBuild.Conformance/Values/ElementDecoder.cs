using System.Buffers.Binary;
using System.Numerics;
using ModelBuild.Graphs;

namespace ModelBuild.Conformance.Values;

/// <summary>Reads elements of every numeric type, independent of the product's own readers.</summary>
internal static class ElementDecoder
{
    /// <summary>One element; complex numbers have an imaginary part.</summary>
    /// <param name="type">Type of the elements; not text.</param>
    /// <param name="bytes">The content, elements narrower than a byte packed from the lowest bits.</param>
    /// <param name="index">Which one.</param>
    public static Complex Read(ElementType type, ReadOnlySpan<byte> bytes, int index)
    {
        int bits = type.BitSize();
        if (bits < 8)
        {
            int perByte = 8 / bits;
            int raw = (bytes[index / perByte] >> (index % perByte * bits)) & ((1 << bits) - 1);
            return type switch
            {
                ElementType.Float4E2M1 => Float(raw, 2, 1, 1),
                ElementType.Int4 => (raw ^ 8) - 8,
                ElementType.Int2 => (raw ^ 2) - 2,
                _ => raw,
            };
        }

        var at = bytes.Slice(index * (bits / 8), bits / 8);
        return type switch
        {
            ElementType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(at),
            ElementType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(at),
            ElementType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(at),
            ElementType.BFloat16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(at) << 16),
            ElementType.Complex64 => new Complex(BinaryPrimitives.ReadSingleLittleEndian(at), BinaryPrimitives.ReadSingleLittleEndian(at[4..])),
            ElementType.Complex128 => new Complex(BinaryPrimitives.ReadDoubleLittleEndian(at), BinaryPrimitives.ReadDoubleLittleEndian(at[8..])),
            ElementType.UInt8 or ElementType.Bool => at[0],
            ElementType.Int8 => (sbyte)at[0],
            ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(at),
            ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(at),
            ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(at),
            ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
            ElementType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(at),
            ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
            ElementType.Float8E4M3FN => (at[0] & 0x7F) == 0x7F ? double.NaN : Float(at[0], 4, 3, 7),
            ElementType.Float8E4M3FNUZ => at[0] == 0x80 ? double.NaN : Float(at[0], 4, 3, 8),
            ElementType.Float8E5M2 => (at[0] & 0x7F) > 0x7C ? double.NaN : (at[0] & 0x7F) == 0x7C ? (at[0] > 0x7F ? double.NegativeInfinity : double.PositiveInfinity) : Float(at[0], 5, 2, 15),
            ElementType.Float8E5M2FNUZ => at[0] == 0x80 ? double.NaN : Float(at[0], 5, 2, 16),
            ElementType.Float8E8M0 => at[0] == 0xFF ? double.NaN : Math.ScaleB(1, at[0] - 127),
            _ => throw new NotSupportedException($"Elements of type {type} can't be compared."),
        };
    }

    private static double Float(int raw, int exponentBits, int mantissaBits, int bias)
    {
        int mantissa = raw & ((1 << mantissaBits) - 1);
        int exponent = (raw >> mantissaBits) & ((1 << exponentBits) - 1);
        double magnitude = exponent == 0
            ? Math.ScaleB(mantissa, 1 - bias - mantissaBits)
            : Math.ScaleB(mantissa + (1 << mantissaBits), exponent - bias - mantissaBits);
        return raw >> (exponentBits + mantissaBits) != 0 ? -magnitude : magnitude;
    }
}
