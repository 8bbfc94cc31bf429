using System.Globalization;

namespace ModelBuild;

/// <summary>Name, element type and shape of one input or output. Immutable.</summary>
public sealed class TensorInfo
{
    private readonly string[] _dimensions;

    /// <summary>Describes a tensor.</summary>
    /// <param name="name">Name in the model.</param>
    /// <param name="elementType">Type of the elements.</param>
    /// <param name="dimensions">A number, a symbol or formula such as <c>batch</c>, or <c>?</c> when the size depends on the data.</param>
    public TensorInfo(string name, TensorElementType elementType, params string[] dimensions)
    {
        Name = name;
        ElementType = elementType;
        _dimensions = dimensions;
        long length = 1;
        var shape = new long[dimensions.Length];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = long.TryParse(dimensions[i], NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : -1;
            length = length < 0 || shape[i] < 0 || (length > 0 && shape[i] > long.MaxValue / length) ? -1 : length * shape[i];
        }

        Shape = shape;
        Length = length;
        HasShape = true;
    }

    private TensorInfo(string name, TensorElementType elementType)
    {
        Name = name;
        ElementType = elementType;
        _dimensions = [];
        Shape = [];
        Length = -1;
    }

    /// <summary>Describes a tensor whose number of dimensions is not known.</summary>
    /// <param name="name">Name in the model.</param>
    /// <param name="elementType">Type of the elements; undefined for what is no tensor, such as a sequence.</param>
    public static TensorInfo Unranked(string name, TensorElementType elementType) => new(name, elementType);

    /// <summary>Name in the model.</summary>
    public string Name { get; }

    /// <summary>Type of the elements.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Number of elements, or -1 when a dimension is not fixed or the product exceeds 64 bits.</summary>
    public long Length { get; }

    /// <summary>Whether the number of dimensions is known.</summary>
    public bool HasShape { get; }

    /// <summary>Sizes, outermost first; -1 where not fixed. Empty when <see cref="HasShape"/> is false, and for a single element.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Sizes as text: a number, a symbol or formula, or <c>?</c>.</summary>
    public IReadOnlyList<string> Dimensions => _dimensions;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {ElementType}[{(HasShape ? string.Join(',', _dimensions) : "...")}]";
}

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
