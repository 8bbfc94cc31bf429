using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore;

/// <summary>Numbers that MindSpore gives to element types.</summary>
internal static class MindTypes
{
    /// <summary>The type of a <c>data_type</c> number in MindIR, whose first sixteen are ONNX's; undefined for one that isn't known.</summary>
    public static ElementType OfData(int number) => number is >= 1 and <= 16 ? (ElementType)number : number == 17 ? ElementType.Float64 : ElementType.Undefined;

    /// <summary>The type of a <c>TypeId</c>, which Lite files and arguments such as Cast's use; undefined for one that isn't known.</summary>
    public static ElementType OfId(long id) => id switch
    {
        12 => ElementType.String,
        30 => ElementType.Bool,
        32 => ElementType.Int8,
        33 => ElementType.Int16,
        31 or 34 => ElementType.Int32,
        35 => ElementType.Int64,
        37 => ElementType.UInt8,
        38 => ElementType.UInt16,
        36 or 39 => ElementType.UInt32,
        40 => ElementType.UInt64,
        42 => ElementType.Float16,
        41 or 43 => ElementType.Float32,
        44 => ElementType.Float64,
        45 => ElementType.BFloat16,
        _ => ElementType.Undefined,
    };

    /// <summary>The type of a checkpoint's <c>tensor_type</c>; undefined for one that isn't known.</summary>
    public static ElementType OfName(string name) => name switch
    {
        "Int8" => ElementType.Int8,
        "UInt8" => ElementType.UInt8,
        "Int16" => ElementType.Int16,
        "UInt16" => ElementType.UInt16,
        "Int32" => ElementType.Int32,
        "UInt32" => ElementType.UInt32,
        "Int64" => ElementType.Int64,
        "UInt64" => ElementType.UInt64,
        "Float16" => ElementType.Float16,
        "Float32" => ElementType.Float32,
        "Float64" => ElementType.Float64,
        "Bool" => ElementType.Bool,
        "BFloat16" => ElementType.BFloat16,
        _ => ElementType.Undefined,
    };

    /// <summary>The <c>tensor_type</c> of a type, or null.</summary>
    public static string? NameOf(ElementType type) => type switch
    {
        ElementType.Int8 => "Int8",
        ElementType.UInt8 => "UInt8",
        ElementType.Int16 => "Int16",
        ElementType.UInt16 => "UInt16",
        ElementType.Int32 => "Int32",
        ElementType.UInt32 => "UInt32",
        ElementType.Int64 => "Int64",
        ElementType.UInt64 => "UInt64",
        ElementType.Float16 => "Float16",
        ElementType.Float32 => "Float32",
        ElementType.Float64 => "Float64",
        ElementType.Bool => "Bool",
        ElementType.BFloat16 => "BFloat16",
        _ => null,
    };
}
