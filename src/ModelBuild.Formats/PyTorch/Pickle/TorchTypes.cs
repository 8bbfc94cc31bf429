using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch.Pickle;

/// <summary>PyTorch's names and numbers of element types.</summary>
internal static class TorchTypes
{
    private static readonly (string Storage, string Name, int Number, ElementType Type)[] s_types =
    [
        ("ByteStorage", "uint8", 0, ElementType.UInt8),
        ("CharStorage", "int8", 1, ElementType.Int8),
        ("ShortStorage", "int16", 2, ElementType.Int16),
        ("IntStorage", "int32", 3, ElementType.Int32),
        ("LongStorage", "int64", 4, ElementType.Int64),
        ("HalfStorage", "float16", 5, ElementType.Float16),
        ("FloatStorage", "float32", 6, ElementType.Float32),
        ("DoubleStorage", "float64", 7, ElementType.Float64),
        ("ComplexFloatStorage", "complex64", 9, ElementType.Complex64),
        ("ComplexDoubleStorage", "complex128", 10, ElementType.Complex128),
        ("BoolStorage", "bool", 11, ElementType.Bool),
        ("QInt8Storage", "qint8", 12, ElementType.Int8),
        ("QUInt8Storage", "quint8", 13, ElementType.UInt8),
        ("QInt32Storage", "qint32", 14, ElementType.Int32),
        ("BFloat16Storage", "bfloat16", 15, ElementType.BFloat16),
        ("", "float8_e5m2", 23, ElementType.Float8E5M2),
        ("", "float8_e4m3fn", 24, ElementType.Float8E4M3FN),
        ("", "float8_e5m2fnuz", 25, ElementType.Float8E5M2FNUZ),
        ("", "float8_e4m3fnuz", 26, ElementType.Float8E4M3FNUZ),
        ("", "uint16", 27, ElementType.UInt16),
        ("", "uint32", 28, ElementType.UInt32),
        ("", "uint64", 29, ElementType.UInt64),
    ];

    /// <summary>The type of a storage class, or undefined.</summary>
    public static ElementType OfStorage(string name) => s_types.FirstOrDefault(t => t.Storage.Length > 0 && t.Storage == name).Type;

    /// <summary>The storage class of a type, or null when it has none.</summary>
    public static string? StorageOf(ElementType type) => s_types.FirstOrDefault(t => t.Type == type && t.Storage.Length > 0).Storage;

    /// <summary>The type of a name such as <c>float32</c>, or undefined.</summary>
    public static ElementType OfName(string name) => s_types.FirstOrDefault(t => t.Name == name).Type;

    /// <summary>PyTorch's name of a type, or null.</summary>
    public static string? NameOf(ElementType type) => s_types.FirstOrDefault(t => t.Type == type).Name;

    /// <summary>The number (c10::ScalarType) of a type, or -1.</summary>
    public static int NumberOf(ElementType type)
    {
        foreach (var entry in s_types)
        {
            if (entry.Type == type)
            {
                return entry.Number;
            }
        }

        return -1;
    }
}
