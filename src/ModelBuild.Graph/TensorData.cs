using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelBuild.Graphs;

/// <summary>
/// Content of a tensor: little-endian, row-major, elements narrower than a byte packed from the lowest bits.
/// May lie in a file and is then read when asked for.
/// </summary>
public abstract class TensorData
{
    private readonly long[] _dimensions;

    /// <summary>Checks the dimensions and computes the size.</summary>
    /// <exception cref="OverflowException">The size does not fit 64 bits.</exception>
    protected TensorData(ElementType elementType, ReadOnlySpan<long> dimensions)
    {
        ElementType = elementType;
        _dimensions = dimensions.ToArray();
        long count = 1;
        foreach (long d in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(d, nameof(dimensions));
            count = checked(count * d);
        }

        ElementCount = count;
        ByteLength = elementType.ByteSize(count);
    }

    /// <summary>Type of the elements.</summary>
    public ElementType ElementType { get; }

    /// <summary>Sizes, outermost first.</summary>
    public ReadOnlySpan<long> Dimensions => _dimensions;

    /// <summary>Number of dimensions.</summary>
    public int Rank => _dimensions.Length;

    /// <summary>Product of the dimensions.</summary>
    public long ElementCount { get; }

    /// <summary>Bytes of the content; 0 for text.</summary>
    public long ByteLength { get; }

    /// <summary>The author's description.</summary>
    public string DocString { get; set; } = "";

    /// <summary>A part of the content. The span is valid while the model is not disposed.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Number of bytes.</param>
    /// <exception cref="ModelException">The file that holds the content can't be read.</exception>
    public abstract ReadOnlySpan<byte> GetBytes(long offset, int length);

    /// <summary>The whole content, when it fits a span.</summary>
    public ReadOnlySpan<byte> Bytes => GetBytes(0, checked((int)ByteLength));

    /// <summary>The elements of a text tensor as UTF-8, else null.</summary>
    public virtual IReadOnlyList<ReadOnlyMemory<byte>>? Strings => null;

    /// <summary>The content as elements of a type whose size is the element's.</summary>
    /// <exception cref="InvalidOperationException">The sizes differ.</exception>
    public ReadOnlySpan<T> As<T>()
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() * 8 != ElementType.BitSize())
        {
            throw new InvalidOperationException($"A {ElementType.Name()} tensor can't be read as {typeof(T).Name}.");
        }

        return MemoryMarshal.Cast<byte, T>(Bytes);
    }

    /// <summary>Writes the content to a stream in pieces.</summary>
    public void CopyTo(Stream destination)
    {
        const int Piece = 1 << 16;
        for (long offset = 0; offset < ByteLength; offset += Piece)
        {
            destination.Write(GetBytes(offset, (int)Math.Min(Piece, ByteLength - offset)));
        }
    }

    /// <summary>Copies elements into memory of its own.</summary>
    /// <typeparam name="T">A type of the element's size.</typeparam>
    public static TensorData Create<T>(ElementType elementType, ReadOnlySpan<long> dimensions, ReadOnlySpan<T> elements)
        where T : unmanaged => new MemoryTensorData(elementType, dimensions, MemoryMarshal.AsBytes(elements).ToArray());

    /// <summary>A one-dimensional tensor of 64-bit integers.</summary>
    public static TensorData Int64s(params ReadOnlySpan<long> elements) => Create(ElementType.Int64, [elements.Length], elements);

    /// <summary>A single float.</summary>
    public static TensorData Scalar(float value) => Create(ElementType.Float32, [], new ReadOnlySpan<float>(in value));

    /// <summary>A single 64-bit integer.</summary>
    public static TensorData Scalar(long value) => Create(ElementType.Int64, [], new ReadOnlySpan<long>(in value));

    /// <summary>The content with other dimensions of the same product.</summary>
    public TensorData Reshape(params ReadOnlySpan<long> dimensions) => new ReshapedTensorData(this, dimensions);

    /// <inheritdoc/>
    public override string ToString() => $"{ElementType.Name()}[{string.Join(',', _dimensions)}]";
}

/// <summary>A tensor in memory.</summary>
public sealed class MemoryTensorData : TensorData
{
    private readonly byte[] _bytes;

    /// <summary>Takes ownership of <paramref name="bytes"/>.</summary>
    /// <exception cref="ArgumentException">The number of bytes is not what type and dimensions ask for.</exception>
    public MemoryTensorData(ElementType elementType, ReadOnlySpan<long> dimensions, byte[] bytes)
        : base(elementType, dimensions)
    {
        if (bytes.Length != ByteLength)
        {
            throw new ArgumentException($"{this} takes {ByteLength} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _bytes = bytes;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> GetBytes(long offset, int length) => _bytes.AsSpan(checked((int)offset), length);
}

/// <summary>A tensor of text.</summary>
public sealed class StringTensorData : TensorData
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _strings;

    /// <summary>Takes UTF-8 texts.</summary>
    /// <exception cref="ArgumentException">Their number is not the product of the dimensions.</exception>
    public StringTensorData(ReadOnlySpan<long> dimensions, IReadOnlyList<ReadOnlyMemory<byte>> strings)
        : base(ElementType.String, dimensions)
    {
        if (strings.Count != ElementCount)
        {
            throw new ArgumentException($"{this} has {ElementCount} elements, not {strings.Count}.", nameof(strings));
        }

        _strings = strings;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ReadOnlyMemory<byte>> Strings => _strings;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> GetBytes(long offset, int length) => length == 0 ? [] : throw new InvalidOperationException("A text tensor has no bytes.");
}

/// <summary>A tensor that lies in a file.</summary>
/// <param name="elementType">Type of the elements.</param>
/// <param name="dimensions">Sizes, outermost first.</param>
/// <param name="file">The file, not owned.</param>
/// <param name="fileOffset">Where the content starts. The caller has checked that it ends within the file.</param>
public sealed class FileTensorData(ElementType elementType, ReadOnlySpan<long> dimensions, MappedFile file, long fileOffset) : TensorData(elementType, dimensions)
{
    /// <summary>The file.</summary>
    public MappedFile File { get; } = file;

    /// <summary>Where the content starts.</summary>
    public long FileOffset { get; } = fileOffset;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> GetBytes(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, ByteLength);
        return File.GetBytes(FileOffset + offset, length);
    }
}

internal sealed class ReshapedTensorData : TensorData
{
    private readonly TensorData _inner;

    public ReshapedTensorData(TensorData inner, ReadOnlySpan<long> dimensions)
        : base(inner.ElementType, dimensions)
    {
        if (ElementCount != inner.ElementCount)
        {
            throw new ArgumentException($"{inner} can't be reshaped to {this}.", nameof(dimensions));
        }

        _inner = inner;
    }

    public override IReadOnlyList<ReadOnlyMemory<byte>>? Strings => _inner.Strings;

    public override ReadOnlySpan<byte> GetBytes(long offset, int length) => _inner.GetBytes(offset, length);
}

/// <summary>A sparse tensor in coordinate form, after ONNX's <c>SparseTensorProto</c>.</summary>
/// <param name="Values">Elements that are not zero, one dimension.</param>
/// <param name="Indices">Linear indices <c>[n]</c> or coordinates <c>[n, rank]</c>, 64-bit integers.</param>
/// <param name="Dimensions">Sizes of the dense tensor.</param>
public sealed record SparseTensor(TensorData Values, TensorData Indices, IReadOnlyList<long> Dimensions);
