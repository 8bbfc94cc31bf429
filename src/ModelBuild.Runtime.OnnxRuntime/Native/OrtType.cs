namespace ModelBuild.OnnxRuntime.Native;

/// <summary>Type of a model's input or output.</summary>
internal abstract record OrtType
{
    /// <summary>Reads a type; <paramref name="info"/> stays the caller's.</summary>
    internal static unsafe OrtType Read(OrtApi api, nint info)
    {
        int kind;
        api.Check(api.GetOnnxTypeFromTypeInfo(info, &kind));
        nint cast, element;
        switch ((OrtKind)kind)
        {
            case OrtKind.Tensor or OrtKind.SparseTensor:
                api.Check(api.CastTypeInfoToTensorInfo(info, &cast));
                return OrtTensorType.ReadShape(api, cast, kind == (int)OrtKind.SparseTensor);
            case OrtKind.Sequence:
                api.Check(api.CastTypeInfoToSequenceTypeInfo(info, &cast));
                api.Check(api.GetSequenceElementType(cast, &element));
                return new OrtSequenceType(ReadOwned(api, element));
            case OrtKind.Optional:
                api.Check(api.CastTypeInfoToOptionalTypeInfo(info, &cast));
                api.Check(api.GetOptionalContainedTypeInfo(cast, &element));
                return new OrtOptionalType(ReadOwned(api, element));
            case OrtKind.Map:
                int key;
                api.Check(api.CastTypeInfoToMapTypeInfo(info, &cast));
                api.Check(api.GetMapKeyType(cast, &key));
                api.Check(api.GetMapValueType(cast, &element));
                return new OrtMapType(OrtElementTypes.FromNative(key), ReadOwned(api, element));
            default:
                return new OrtOtherType((OrtKind)kind);
        }
    }

    /// <summary>Reads and releases a type.</summary>
    internal static OrtType ReadOwned(OrtApi api, nint info)
    {
        try
        {
            return Read(api, info);
        }
        finally
        {
            Release(api, info);
        }
    }

    private static unsafe void Release(OrtApi api, nint info) => api.ReleaseTypeInfo(info);
}

/// <summary>A dense or sparse tensor.</summary>
/// <param name="ElementType">Type of the elements, by ONNX's number.</param>
/// <param name="Dimensions">Sizes, -1 where not fixed. ONNX Runtime does not tell an unknown rank from a scalar.</param>
/// <param name="Symbols">Name of each dimension that has one, else empty.</param>
/// <param name="IsSparse">Whether it is sparse.</param>
internal sealed record OrtTensorType(TensorElementType ElementType, IReadOnlyList<long> Dimensions, IReadOnlyList<string> Symbols, bool IsSparse = false) : OrtType
{
    internal static unsafe OrtTensorType ReadShape(OrtApi api, nint shape, bool isSparse = false)
    {
        int elementType;
        nuint rank;
        api.Check(api.GetTensorElementType(shape, &elementType));
        api.Check(api.GetDimensionsCount(shape, &rank));
        long[] dimensions = new long[rank];
        string[] symbols = new string[rank];
        byte*[] names = new byte*[rank];
        fixed (long* d = dimensions)
        fixed (byte** n = names)
        {
            api.Check(api.GetDimensions(shape, d, rank));
            api.Check(api.GetSymbolicDimensions(shape, n, rank));
        }

        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i] = Utf8.Read(names[i]);
        }

        return new OrtTensorType(OrtElementTypes.FromNative(elementType), dimensions, symbols, isSparse);
    }
}

/// <summary>A list of values of one type.</summary>
internal sealed record OrtSequenceType(OrtType Element) : OrtType;

/// <summary>A value that may be absent.</summary>
internal sealed record OrtOptionalType(OrtType Element) : OrtType;

/// <summary>A dictionary.</summary>
internal sealed record OrtMapType(TensorElementType Key, OrtType Value) : OrtType;

/// <summary>Anything else.</summary>
internal sealed record OrtOtherType(OrtKind Kind) : OrtType;

/// <summary>Name and type of an input or output.</summary>
internal sealed record OrtValueInfo(string Name, OrtType Type);

/// <summary>After the C API's <c>ONNXType</c>.</summary>
internal enum OrtKind
{
    /// <summary>An optional without a value, or not known.</summary>
    None = 0,
    /// <summary>Dense tensor.</summary>
    Tensor = 1,
    /// <summary>List.</summary>
    Sequence = 2,
    /// <summary>Dictionary.</summary>
    Map = 3,
    /// <summary>A type of its own domain.</summary>
    Opaque = 4,
    /// <summary>Sparse tensor.</summary>
    SparseTensor = 5,
    /// <summary>A value that may be absent.</summary>
    Optional = 6,
}

/// <summary>
/// The C API numbers element types almost as ONNX does: the last three differ. Release 1.30 gives the API's numbers but takes ONNX's where a tensor is made.
/// </summary>
internal static class OrtElementTypes
{
    private const int NativeUInt2 = 24, NativeInt2 = 25, NativeFloat8E8M0 = 26;
    private const int Float8E8M0 = 24, UInt2 = 25, Int2 = 26;

    public static TensorElementType FromNative(int type) => (TensorElementType)(type switch
    {
        NativeUInt2 => UInt2,
        NativeInt2 => Int2,
        NativeFloat8E8M0 => Float8E8M0,
        _ => type,
    });

    /// <summary>The number for making a tensor.</summary>
    public static int ToNative(TensorElementType type) => (int)type switch
    {
        UInt2 or Int2 or Float8E8M0 when OrtLibrary.Loaded.TakesOnnxElementTypes => (int)type,
        UInt2 => NativeUInt2,
        Int2 => NativeInt2,
        Float8E8M0 => NativeFloat8E8M0,
        int other => other,
    };

    /// <summary>Bits of one element in memory; 0 for text and unknown types.</summary>
    public static int BitSize(TensorElementType type) => (int)type switch
    {
        2 or 3 or 9 or 17 or 18 or 19 or 20 or 24 => 8,
        4 or 5 or 10 or 16 => 16,
        1 or 6 or 12 => 32,
        7 or 11 or 13 or 14 => 64,
        15 => 128,
        21 or 22 or 23 => 4,
        25 or 26 => 2,
        _ => 0,
    };

    /// <summary>Bytes of a tensor.</summary>
    /// <exception cref="OverflowException">The size does not fit 64 bits.</exception>
    public static nuint ByteSize(TensorElementType type, ReadOnlySpan<long> dimensions)
    {
        long count = 1;
        foreach (long d in dimensions)
        {
            count = checked(count * d);
        }

        return checked((nuint)(((UInt128)(ulong)count * (uint)BitSize(type) + 7) / 8));
    }
}
