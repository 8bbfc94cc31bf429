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
