namespace ModelBuild;

/// <summary>Type of a tensor's elements. The numbers are those of ONNX's <c>TensorProto.DataType</c>.</summary>
public enum TensorElementType
{
    /// <summary>Not known.</summary>
    Undefined = 0,
    /// <summary><see cref="float"/>.</summary>
    Float32 = 1,
    /// <summary><see cref="byte"/>.</summary>
    UInt8 = 2,
    /// <summary><see cref="sbyte"/>.</summary>
    Int8 = 3,
    /// <summary><see cref="ushort"/>.</summary>
    UInt16 = 4,
    /// <summary><see cref="short"/>.</summary>
    Int16 = 5,
    /// <summary><see cref="int"/>.</summary>
    Int32 = 6,
    /// <summary><see cref="long"/>.</summary>
    Int64 = 7,
    /// <summary><see cref="string"/>.</summary>
    String = 8,
    /// <summary><see cref="bool"/>.</summary>
    Bool = 9,
    /// <summary><see cref="Half"/>.</summary>
    Float16 = 10,
    /// <summary><see cref="double"/>.</summary>
    Float64 = 11,
    /// <summary><see cref="uint"/>.</summary>
    UInt32 = 12,
    /// <summary><see cref="ulong"/>.</summary>
    UInt64 = 13,
    /// <summary>Pair of <see cref="float"/>.</summary>
    Complex64 = 14,
    /// <summary><see cref="System.Numerics.Complex"/>.</summary>
    Complex128 = 15,
    /// <summary>The upper half of a <see cref="float"/>, as <see cref="ushort"/>.</summary>
    BFloat16 = 16,
    /// <summary>8-bit float, 4 exponent bits, finite and NaN, as <see cref="byte"/>.</summary>
    Float8E4M3FN = 17,
    /// <summary>8-bit float, 4 exponent bits, one zero, as <see cref="byte"/>.</summary>
    Float8E4M3FNUZ = 18,
    /// <summary>8-bit float, 5 exponent bits, as <see cref="byte"/>.</summary>
    Float8E5M2 = 19,
    /// <summary>8-bit float, 5 exponent bits, one zero, as <see cref="byte"/>.</summary>
    Float8E5M2FNUZ = 20,
    /// <summary>Unsigned 4-bit integer, two per byte, first in the low half.</summary>
    UInt4 = 21,
    /// <summary>Signed 4-bit integer, two per byte, first in the low half.</summary>
    Int4 = 22,
    /// <summary>4-bit float, two per byte, first in the low half.</summary>
    Float4E2M1 = 23,
    /// <summary>Power of two, 8 exponent bits, as <see cref="byte"/>.</summary>
    Float8E8M0 = 24,
    /// <summary>Unsigned 2-bit integer, four per byte, first in the lowest bits.</summary>
    UInt2 = 25,
    /// <summary>Signed 2-bit integer, four per byte, first in the lowest bits.</summary>
    Int2 = 26,
}
