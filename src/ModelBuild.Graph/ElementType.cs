namespace ModelBuild.Graphs;

/// <summary>
/// Type of a tensor's elements. The numbers are those of ONNX's <c>TensorProto.DataType</c>, so that a type newer than
/// this enumeration survives a round trip as its number.
/// </summary>
public enum ElementType
{
    /// <summary>Not stated by the model.</summary>
    Undefined = 0,
    /// <summary>IEEE 754 binary32.</summary>
    Float32 = 1,
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 2,
    /// <summary>Signed 8-bit integer.</summary>
    Int8 = 3,
    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16 = 4,
    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 5,
    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 6,
    /// <summary>Signed 64-bit integer.</summary>
    Int64 = 7,
    /// <summary>UTF-8 text.</summary>
    String = 8,
    /// <summary>Boolean, one byte each.</summary>
    Bool = 9,
    /// <summary>IEEE 754 binary16.</summary>
    Float16 = 10,
    /// <summary>IEEE 754 binary64.</summary>
    Float64 = 11,
    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32 = 12,
    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64 = 13,
    /// <summary>Pair of binary32.</summary>
    Complex64 = 14,
    /// <summary>Pair of binary64.</summary>
    Complex128 = 15,
    /// <summary>The upper half of a binary32.</summary>
    BFloat16 = 16,
    /// <summary>8-bit float, 4 exponent bits, finite and NaN.</summary>
    Float8E4M3FN = 17,
    /// <summary>8-bit float, 4 exponent bits, one zero.</summary>
    Float8E4M3FNUZ = 18,
    /// <summary>8-bit float, 5 exponent bits.</summary>
    Float8E5M2 = 19,
    /// <summary>8-bit float, 5 exponent bits, one zero.</summary>
    Float8E5M2FNUZ = 20,
    /// <summary>Unsigned 4-bit integer, two per byte, first in the low half.</summary>
    UInt4 = 21,
    /// <summary>Signed 4-bit integer, two per byte, first in the low half.</summary>
    Int4 = 22,
    /// <summary>4-bit float, two per byte, first in the low half.</summary>
    Float4E2M1 = 23,
    /// <summary>Power of two, 8 exponent bits.</summary>
    Float8E8M0 = 24,
    /// <summary>Unsigned 2-bit integer, four per byte, first in the lowest bits.</summary>
    UInt2 = 25,
    /// <summary>Signed 2-bit integer, four per byte, first in the lowest bits.</summary>
    Int2 = 26,
}

/// <summary>Facts about <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    private static readonly Dictionary<ElementType, (string Name, int Bits)> s_facts = new()
    {
        [ElementType.Float32] = ("float32", 32),
        [ElementType.UInt8] = ("uint8", 8),
        [ElementType.Int8] = ("int8", 8),
        [ElementType.UInt16] = ("uint16", 16),
        [ElementType.Int16] = ("int16", 16),
        [ElementType.Int32] = ("int32", 32),
        [ElementType.Int64] = ("int64", 64),
        [ElementType.String] = ("string", 0),
        [ElementType.Bool] = ("bool", 8),
        [ElementType.Float16] = ("float16", 16),
        [ElementType.Float64] = ("float64", 64),
        [ElementType.UInt32] = ("uint32", 32),
        [ElementType.UInt64] = ("uint64", 64),
        [ElementType.Complex64] = ("complex64", 64),
        [ElementType.Complex128] = ("complex128", 128),
        [ElementType.BFloat16] = ("bfloat16", 16),
        [ElementType.Float8E4M3FN] = ("float8e4m3fn", 8),
        [ElementType.Float8E4M3FNUZ] = ("float8e4m3fnuz", 8),
        [ElementType.Float8E5M2] = ("float8e5m2", 8),
        [ElementType.Float8E5M2FNUZ] = ("float8e5m2fnuz", 8),
        [ElementType.UInt4] = ("uint4", 4),
        [ElementType.Int4] = ("int4", 4),
        [ElementType.Float4E2M1] = ("float4e2m1", 4),
        [ElementType.Float8E8M0] = ("float8e8m0", 8),
        [ElementType.UInt2] = ("uint2", 2),
        [ElementType.Int2] = ("int2", 2),
    };

    /// <summary>Whether the type is one that this library can store.</summary>
    public static bool IsKnown(this ElementType type) => s_facts.ContainsKey(type);

    /// <summary>Bits of one element as stored; 0 for <see cref="ElementType.String"/> and unknown types.</summary>
    public static int BitSize(this ElementType type) => s_facts.TryGetValue(type, out var f) ? f.Bits : 0;

    /// <summary>Bytes that <paramref name="count"/> elements take when stored densely, rounded up to a whole byte.</summary>
    /// <exception cref="OverflowException">The size does not fit 64 bits.</exception>
    public static long ByteSize(this ElementType type, long count)
    {
        // Whole groups of eight elements take as many bytes as one element has bits; so nothing on the way is larger than the result.
        (long groups, long rest) = Math.DivRem(count, 8);
        int bits = type.BitSize();
        return checked((groups * bits) + (((rest * bits) + 7) / 8));
    }

    /// <summary>Lower-case name as used in manifests and reports, such as <c>float32</c>.</summary>
    public static string Name(this ElementType type) => s_facts.TryGetValue(type, out var f) ? f.Name : $"type{(int)type}";

    /// <summary>The reverse of <see cref="Name"/>.</summary>
    public static bool TryParse(string name, out ElementType type)
    {
        foreach (var (key, facts) in s_facts)
        {
            if (facts.Name == name)
            {
                type = key;
                return true;
            }
        }

        type = ElementType.Undefined;
        return false;
    }

    /// <summary>Whether the type is a floating-point type of any width.</summary>
    public static bool IsFloat(this ElementType type) => type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16
        or ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ or ElementType.Float4E2M1 or ElementType.Float8E8M0;

    /// <summary>Whether the type is an integer type of any width (not bool).</summary>
    public static bool IsInteger(this ElementType type) => type is ElementType.UInt8 or ElementType.Int8 or ElementType.UInt16 or ElementType.Int16 or ElementType.Int32
        or ElementType.Int64 or ElementType.UInt32 or ElementType.UInt64 or ElementType.UInt4 or ElementType.Int4 or ElementType.UInt2 or ElementType.Int2;
}
