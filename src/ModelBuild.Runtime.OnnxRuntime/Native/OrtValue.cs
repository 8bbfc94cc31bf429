using System.Text;

namespace ModelBuild.OnnxRuntime.Native;

/// <summary>A value that a session takes or gives: tensor, sequence, map, or an optional without a value. Dispose it to free its memory.</summary>
internal sealed unsafe class OrtValue : IDisposable
{
    private readonly OrtApi _api;
    private readonly long[] _dimensions = [];
    private readonly void* _data;
    private nint _handle;

    /// <summary>Takes ownership of a native value.</summary>
    internal OrtValue(OrtApi api, nint handle)
    {
        _api = api;
        _handle = handle;
        int hasValue, kind;
        api.Check(api.HasValue(handle, &hasValue));
        if (hasValue == 0)
        {
            return;
        }

        api.Check(api.GetValueType(handle, &kind));
        Kind = (OrtKind)kind;
        if (Kind != OrtKind.Tensor)
        {
            return;
        }

        (ElementType, _dimensions) = ReadShape(api, handle);
        if (ElementType != TensorElementType.String)
        {
            void* data;
            api.Check(api.GetTensorMutableData(handle, &data));
            _data = data;
            ByteLength = (long)OrtElementTypes.ByteSize(ElementType, _dimensions);
        }
    }

    /// <summary>Frees the native value.</summary>
    ~OrtValue() => Release();

    /// <summary>What it is; <see cref="OrtKind.None"/> for an optional without a value.</summary>
    public OrtKind Kind { get; }

    /// <summary>Element type of a tensor, by ONNX's number.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Sizes of a tensor, outermost first.</summary>
    public ReadOnlySpan<long> Dimensions => _dimensions;

    /// <summary>Bytes of a tensor that is not text; elements narrower than a byte are packed from the lowest bits.</summary>
    public long ByteLength { get; }

    /// <summary>The native pointer, valid while this object is.</summary>
    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(OrtValue));

    /// <summary>The content of a tensor, when it fits a span; valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="OverflowException">It is larger than 2 GB: use <see cref="GetBytes"/>.</exception>
    public Span<byte> Bytes => GetBytes(0, checked((int)ByteLength));

    /// <summary>A part of the content of a tensor; valid until <see cref="Dispose"/>.</summary>
    public Span<byte> GetBytes(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ByteLength - offset);
        _ = Handle;
        return new Span<byte>((byte*)_data + offset, length);
    }

    /// <summary>A tensor with a copy of the bytes.</summary>
    /// <param name="elementType">Type of the elements, by ONNX's number; not text.</param>
    /// <param name="dimensions">Sizes, outermost first.</param>
    /// <param name="bytes">The content, little-endian, row-major, elements narrower than a byte packed from the lowest bits.</param>
    /// <exception cref="ArgumentException">The number of bytes is not what type and sizes ask for.</exception>
    /// <exception cref="OrtException">ONNX Runtime does not know the type.</exception>
    public static OrtValue FromBytes(TensorElementType elementType, ReadOnlySpan<long> dimensions, ReadOnlySpan<byte> bytes)
    {
        var value = Allocate(elementType, dimensions);
        if (value.ByteLength != bytes.Length)
        {
            long expected = value.ByteLength;
            value.Dispose();
            throw new ArgumentException($"{elementType}[{string.Join(',', dimensions.ToArray())}] takes {expected} bytes, not {bytes.Length}.", nameof(bytes));
        }

        bytes.CopyTo(value.Bytes);
        return value;
    }

    /// <summary>A tensor with a copy of the elements.</summary>
    public static OrtValue FromSpan<T>(TensorElementType elementType, ReadOnlySpan<long> dimensions, ReadOnlySpan<T> elements)
        where T : unmanaged => FromBytes(elementType, dimensions, System.Runtime.InteropServices.MemoryMarshal.AsBytes(elements));

    /// <summary>A tensor whose content the caller fills in through <see cref="Bytes"/>.</summary>
    public static OrtValue Allocate(TensorElementType elementType, ReadOnlySpan<long> dimensions)
    {
        var library = OrtLibrary.Loaded;
        nint handle;
        fixed (long* d = dimensions)
        {
            library.Api.Check(library.Api.CreateTensorAsOrtValue(library.Allocator, d, (nuint)dimensions.Length, OrtElementTypes.ToNative(elementType), &handle));
        }

        return new OrtValue(library.Api, handle);
    }

    /// <summary>A tensor of text.</summary>
    /// <param name="dimensions">Sizes, outermost first.</param>
    /// <param name="texts">UTF-8, row-major.</param>
    public static OrtValue FromStrings(ReadOnlySpan<long> dimensions, IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        var value = Allocate(TensorElementType.String, dimensions);
        try
        {
            for (int i = 0; i < texts.Count; i++)
            {
                byte* buffer;
                value._api.Check(value._api.GetResizedStringTensorElementBuffer(value._handle, (nuint)i, (nuint)texts[i].Length, &buffer));
                texts[i].Span.CopyTo(new Span<byte>(buffer, texts[i].Length));
            }

            return value;
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    /// <summary>A list of values, which stay the caller's and are shared, not copied.</summary>
    /// <param name="items">At least one: the C API can't make an empty list (see <see cref="OrtEmptyValues"/>).</param>
    public static OrtValue FromItems(IReadOnlyList<OrtValue> items)
    {
        var api = OrtLibrary.Api;
        nint handle;
        nint[] handles = [.. items.Select(i => i.Handle)];
        fixed (nint* h = handles)
        {
            api.Check(api.CreateValue(h, (nuint)handles.Length, (int)OrtKind.Sequence, &handle));
        }

        GC.KeepAlive(items);
        return new OrtValue(api, handle);
    }

    /// <summary>The elements of a text tensor as UTF-8, row-major.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> GetUtf8Strings()
    {
        var texts = new ReadOnlyMemory<byte>[ElementCount];
        for (int i = 0; i < texts.Length; i++)
        {
            nuint length;
            _api.Check(_api.GetStringTensorElementLength(Handle, (nuint)i, &length));
            byte[] text = new byte[length];
            fixed (byte* t = text)
            {
                byte empty;
                _api.Check(_api.GetStringTensorElement(Handle, length, (nuint)i, length == 0 ? &empty : t));
            }

            texts[i] = text;
        }

        return texts;
    }

    /// <summary>The elements of a text tensor, row-major.</summary>
    public string[] GetStrings() => [.. GetUtf8Strings().Select(t => Encoding.UTF8.GetString(t.Span))];

    /// <summary>The values of a sequence, or keys and values of a map as two tensors. Dispose each.</summary>
    public OrtValue[] GetItems()
    {
        nuint count;
        _api.Check(_api.GetValueCount(Handle, &count));
        var items = new OrtValue[count];
        try
        {
            for (int i = 0; i < items.Length; i++)
            {
                nint item;
                _api.Check(_api.GetValue(Handle, i, OrtLibrary.Loaded.Allocator, &item));
                items[i] = new OrtValue(_api, item);
            }

            return items;
        }
        catch
        {
            foreach (var item in items)
            {
                item?.Dispose();
            }

            throw;
        }
    }

    /// <summary>Product of the sizes.</summary>
    public long ElementCount
    {
        get
        {
            long count = 1;
            foreach (long d in _dimensions)
            {
                count *= d;
            }

            return count;
        }
    }

    /// <summary>Frees the native value.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Type and sizes of a native tensor.</summary>
    internal static (TensorElementType ElementType, long[] Dimensions) ReadShape(OrtApi api, nint handle)
    {
        nint shape;
        api.Check(api.GetTensorTypeAndShape(handle, &shape));
        try
        {
            int elementType;
            nuint rank;
            api.Check(api.GetTensorElementType(shape, &elementType));
            api.Check(api.GetDimensionsCount(shape, &rank));
            long[] dimensions = new long[rank];
            fixed (long* d = dimensions)
            {
                api.Check(api.GetDimensions(shape, d, rank));
            }

            return (OrtElementTypes.FromNative(elementType), dimensions);
        }
        finally
        {
            api.ReleaseTensorTypeAndShapeInfo(shape);
        }
    }

    private void Release()
    {
        nint handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            _api.ReleaseValue(handle);
        }
    }
}
