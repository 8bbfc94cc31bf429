using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>
/// A tensor while a plan runs: row-major, elements narrower than a byte packed from the lowest bits. Its memory is either its home, which the
/// plan gave it (<see cref="Bind"/>: a place in the arena, weights, the caller's memory), or its own, which grows and is kept from call to call.
/// </summary>
public sealed unsafe class TensorValue : PlanValue
{
    private const int Alignment = 64;

    private long[] _shape = [];
    private byte* _own;
    private long _ownCapacity;
    private byte* _home;
    private long _homeCapacity;
    private string[] _strings = [];

    /// <summary>Makes an empty tensor without a type.</summary>
    public TensorValue()
    {
    }

    /// <summary>Makes a tensor with memory of its own, content undefined.</summary>
    public TensorValue(TensorElementType elementType, params ReadOnlySpan<long> shape) => Resize(elementType, shape);

    /// <summary>Gives back own memory.</summary>
    ~TensorValue() => FreeOwn();

    /// <summary>Type of the elements.</summary>
    public TensorElementType ElementType { get; private set; }

    /// <summary>Number of dimensions.</summary>
    public int Rank { get; private set; }

    /// <summary>Number of elements.</summary>
    public long Length { get; private set; }

    /// <summary>Sizes, outermost first.</summary>
    public ReadOnlySpan<long> Shape => _shape.AsSpan(0, Rank);

    /// <summary>First element; undefined when there are no elements or they are texts.</summary>
    public byte* Data { get; private set; }

    /// <summary>Bytes of all elements; 0 for texts.</summary>
    public long ByteLength => ByteSize(ElementType, Length);

    /// <summary>Whether <see cref="Resize"/> must not change the shape, because kernels that know it from the plan read this tensor.</summary>
    internal bool IsShapeFixed { get; set; }

    /// <summary>The elements of a text tensor.</summary>
    public Span<string> Strings => ElementType == TensorElementType.String
        ? _strings.AsSpan(0, checked((int)Length))
        : throw new KernelException($"A text tensor is expected, not {ElementType}.");

    /// <summary>First element as a pointer to <typeparamref name="T"/>.</summary>
    public T* Pointer<T>()
        where T : unmanaged => (T*)Data;

    /// <summary>The elements.</summary>
    /// <exception cref="OverflowException">There are more than a span can hold.</exception>
    public Span<T> Span<T>()
        where T : unmanaged => new(Data, checked((int)Length));

    /// <summary>The bytes of all elements.</summary>
    public Span<byte> Bytes => new(Data, checked((int)ByteLength));

    /// <summary>Sets type and shape; the content is undefined afterwards. Uses the home memory where it suffices, own memory otherwise. Allocates nothing managed when the size was seen before.</summary>
    /// <exception cref="KernelException">The size does not fit 64 bits, or contradicts the plan.</exception>
    public void Resize(TensorElementType elementType, params ReadOnlySpan<long> shape)
    {
        if (IsShapeFixed && (elementType != ElementType || !shape.SequenceEqual(Shape)))
        {
            ThrowFixed(elementType, shape);
        }

        SetShape(elementType, shape);
        if (elementType == TensorElementType.String)
        {
            if (_strings.Length < Length)
            {
                _strings = new string[checked((int)Length)];
            }

            _strings.AsSpan(0, (int)Length).Fill("");
            return;
        }

        long bytes = ByteSize(elementType, Length);
        if (bytes <= _homeCapacity && _home != null)
        {
            Data = _home;
            return;
        }

        if (bytes > _ownCapacity || _own == null)
        {
            FreeOwn();
            long capacity = Math.Max(Alignment, bytes);
            _own = (byte*)NativeMemory.AlignedAlloc((nuint)capacity, Alignment);
            _ownCapacity = capacity;
        }

        Data = _own;
    }

    /// <summary>Sets the size of the first dimension and keeps the elements that still have a place. Memory grows by doubling, so that appending costs a constant number of copies per element.</summary>
    /// <exception cref="KernelException">The tensor has no dimensions, or the size does not fit 64 bits.</exception>
    internal void ResizeFirst(long size)
    {
        if (Rank == 0)
        {
            throw new KernelException("A scalar has no first dimension.");
        }

        long length = Length;
        long bytes = ByteLength;
        byte* data = Data;
        Span<long> shape = Rank <= 32 ? stackalloc long[Rank] : new long[Rank];
        Shape.CopyTo(shape);
        shape[0] = size;
        SetShape(ElementType, shape);
        if (ElementType == TensorElementType.String)
        {
            if (_strings.Length < Length)
            {
                Array.Resize(ref _strings, checked((int)Math.Max(Length, Math.Min(2L * _strings.Length, Array.MaxLength))));
            }

            if (Length > length)
            {
                _strings.AsSpan((int)length, (int)(Length - length)).Fill("");
            }

            return;
        }

        long capacity = data == _own ? _ownCapacity : data == _home ? _homeCapacity : 0;
        if (ByteLength <= capacity && data != null)
        {
            return;
        }

        long doubled = Math.Max(ByteLength, Math.Max(Alignment, Math.Min(2 * capacity, long.MaxValue / 16)));
        byte* own = (byte*)NativeMemory.AlignedAlloc((nuint)doubled, Alignment);
        long kept = Math.Min(bytes, ByteLength);
        Buffer.MemoryCopy(data, own, doubled, kept);
        FreeOwn();
        _own = own;
        _ownCapacity = doubled;
        Data = own;
    }

    /// <summary>Gives the tensor a home: memory that the caller keeps and that <see cref="Resize"/> uses from now on where it suffices.</summary>
    public void Bind(void* home, long byteCapacity)
    {
        _home = (byte*)home;
        _homeCapacity = byteCapacity;
        Data = _home;
    }

    /// <summary>Makes the tensor show memory that the caller keeps, such as weights or an input.</summary>
    public void View(TensorElementType elementType, void* data, params ReadOnlySpan<long> shape)
    {
        SetShape(elementType, shape);
        Data = (byte*)data;
    }

    /// <summary>Changes the shape and keeps the content.</summary>
    /// <exception cref="KernelException">The number of elements is another.</exception>
    public void Reshape(params ReadOnlySpan<long> shape)
    {
        long length = Length;
        TensorElementType type = ElementType;
        SetShape(type, shape);
        if (Length != length)
        {
            throw new KernelException($"{length} elements can't have the shape [{string.Join(',', shape.ToArray())}].");
        }
    }

    /// <inheritdoc/>
    public override void CopyFrom(PlanValue source)
    {
        if (Present(source) is not TensorValue tensor)
        {
            throw new KernelException($"A tensor is expected, not {source.GetType().Name}.");
        }

        if (ReferenceEquals(tensor, this))
        {
            return;
        }

        Resize(tensor.ElementType, tensor.Shape);
        if (ElementType == TensorElementType.String)
        {
            tensor.Strings.CopyTo(Strings);
            return;
        }

        long bytes = ByteLength;
        Buffer.MemoryCopy(tensor.Data, Data, bytes, bytes);
    }

    /// <inheritdoc/>
    public override PlanValue CreateEmpty() => new TensorValue();

    /// <inheritdoc/>
    public override void Release()
    {
        FreeOwn();
        _strings = [];
        Data = _home;
        Length = 0;
        Rank = 0;
    }

    /// <summary>Bytes that elements take, rounded up to a whole byte; 0 for texts.</summary>
    public static long ByteSize(TensorElementType elementType, long length) => elementType switch
    {
        TensorElementType.Float32 or TensorElementType.Int32 or TensorElementType.UInt32 => length * 4,
        TensorElementType.Float64 or TensorElementType.Int64 or TensorElementType.UInt64 or TensorElementType.Complex64 => length * 8,
        TensorElementType.Float16 or TensorElementType.BFloat16 or TensorElementType.Int16 or TensorElementType.UInt16 => length * 2,
        TensorElementType.Complex128 => length * 16,
        TensorElementType.Int4 or TensorElementType.UInt4 or TensorElementType.Float4E2M1 => (length + 1) / 2,
        TensorElementType.Int2 or TensorElementType.UInt2 => (length + 3) / 4,
        TensorElementType.String or TensorElementType.Undefined => 0,
        _ => length,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{ElementType}[{string.Join(',', Shape.ToArray())}]";

    private void SetShape(TensorElementType elementType, ReadOnlySpan<long> shape)
    {
        long length = 1;
        foreach (long size in shape)
        {
            if (size < 0 || (size > 0 && length > (long.MaxValue / 16) / size))
            {
                throw new KernelException($"A tensor can't have the shape [{string.Join(',', shape.ToArray())}].");
            }

            length *= size;
        }

        if (_shape.Length < shape.Length)
        {
            // The shape may be a part of the old array.
            long[] larger = new long[Math.Max(8, shape.Length)];
            shape.CopyTo(larger);
            _shape = larger;
        }
        else
        {
            shape.CopyTo(_shape);
        }

        ElementType = elementType;
        Rank = shape.Length;
        Length = length;
    }

    private void FreeOwn()
    {
        if (_own != null)
        {
            NativeMemory.AlignedFree(_own);
            _own = null;
            _ownCapacity = 0;
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowFixed(TensorElementType elementType, ReadOnlySpan<long> shape) =>
        throw new KernelException($"The plan expects {this}, and the operator gives {elementType}[{string.Join(',', shape.ToArray())}].");
}
