using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Schema;

/// <summary>Type of a tensor's elements, numbered as in the schema.</summary>
internal enum TfLiteType
{
    Float32 = 0,
    Float16 = 1,
    Int32 = 2,
    UInt8 = 3,
    Int64 = 4,
    String = 5,
    Bool = 6,
    Int16 = 7,
    Complex64 = 8,
    Int8 = 9,
    Float64 = 10,
    Complex128 = 11,
    UInt64 = 12,
    Resource = 13,
    Variant = 14,
    UInt32 = 15,
    UInt16 = 16,
    Int4 = 17,
    BFloat16 = 18,
    Int2 = 19,
    UInt4 = 20,
    Float8E4M3FN = 21,
    Float8E5M2 = 22,
}

/// <summary>Counterparts of the types in ONNX.</summary>
internal static class TfLiteTypes
{
    /// <summary>ONNX's type, or undefined where there is none.</summary>
    public static ElementType ToElementType(this TfLiteType type) => type switch
    {
        TfLiteType.Float32 => ElementType.Float32,
        TfLiteType.Float16 => ElementType.Float16,
        TfLiteType.Int32 => ElementType.Int32,
        TfLiteType.UInt8 => ElementType.UInt8,
        TfLiteType.Int64 => ElementType.Int64,
        TfLiteType.String => ElementType.String,
        TfLiteType.Bool => ElementType.Bool,
        TfLiteType.Int16 => ElementType.Int16,
        TfLiteType.Complex64 => ElementType.Complex64,
        TfLiteType.Int8 => ElementType.Int8,
        TfLiteType.Float64 => ElementType.Float64,
        TfLiteType.Complex128 => ElementType.Complex128,
        TfLiteType.UInt64 => ElementType.UInt64,
        TfLiteType.UInt32 => ElementType.UInt32,
        TfLiteType.UInt16 => ElementType.UInt16,
        TfLiteType.Int4 => ElementType.Int4,
        TfLiteType.BFloat16 => ElementType.BFloat16,
        TfLiteType.UInt4 => ElementType.UInt4,
        TfLiteType.Float8E4M3FN => ElementType.Float8E4M3FN,
        TfLiteType.Float8E5M2 => ElementType.Float8E5M2,
        _ => ElementType.Undefined,
    };

    /// <summary>Name in messages, such as <c>float32</c>.</summary>
    public static string Name(this TfLiteType type) => type.ToElementType() is var known && known != ElementType.Undefined ? known.Name() : type.ToString().ToLowerInvariant();
}
