namespace ModelBuild.Generator.Model;

/// <summary>Who gives an input, or who takes an output.</summary>
internal enum TensorRole
{
    /// <summary>The caller.</summary>
    Caller,

    /// <summary>The stream, from call to call.</summary>
    State,

    /// <summary>The class, always the same.</summary>
    Constant,

    /// <summary>Nobody: left to the model's default, or not computed.</summary>
    None,
}

/// <summary>One input or output.</summary>
internal sealed record TensorSpec
{
    /// <summary>Position among the model's inputs or outputs, constants counted last.</summary>
    public int Index { get; init; }

    /// <summary>Whether it is an input.</summary>
    public bool IsInput { get; init; }

    /// <summary>Name in the model.</summary>
    public string Name { get; init; } = "";

    /// <summary>Name of members, in Pascal case.</summary>
    public string Identifier { get; init; } = "";

    /// <summary>Name of a parameter, escaped.</summary>
    public string Parameter { get; init; } = "";

    /// <summary>Name of the member that states the sizes when the rank is not known; else empty.</summary>
    public string ShapeIdentifier { get; init; } = "";

    /// <summary>Name of the parameter that does; else empty.</summary>
    public string ShapeParameter { get; init; } = "";

    public TensorRole Role { get; init; }

    public ElementSpec Element { get; init; } = ElementSpec.Unsupported;

    /// <summary>Element type as the signature spells it.</summary>
    public string ElementName { get; init; } = "";

    public bool HasShape { get; init; }

    public EquatableArray<DimensionSpec> Dimensions { get; init; }

    /// <summary>Number of elements; -1 when a dimension is not fixed.</summary>
    public long FixedLength { get; init; } = -1;

    public string DocString { get; init; } = "";

    /// <summary>Whether the model has a default for it.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Content of a constant as a C# expression for one element.</summary>
    public string Value { get; init; } = "";

    /// <summary>Whether every dimension is a number.</summary>
    public bool IsFixed => HasShape && FixedLength >= 0;

    /// <summary>Whether the size follows from the inputs' sizes.</summary>
    public bool IsSizeKnown
    {
        get
        {
            foreach (DimensionSpec dimension in Dimensions)
            {
                if (dimension.Kind == DimensionKind.Unknown)
                {
                    return false;
                }
            }

            return HasShape;
        }
    }
}

internal enum DimensionKind
{
    Fixed,
    Formula,
    Unknown,
}

/// <summary>One dimension.</summary>
/// <param name="Kind">What is known of it.</param>
/// <param name="Size">The size when it is fixed, else -1.</param>
/// <param name="Formula">Canonical text over the names of <see cref="SymbolSpec"/>; empty unless it is a formula.</param>
/// <param name="Text">As the signature has it.</param>
internal sealed record DimensionSpec(DimensionKind Kind, long Size, string Formula, string Text);

/// <summary>How a type of elements appears in C#.</summary>
/// <param name="Type">C# type; empty when there is none.</param>
/// <param name="EnumMember">Member of <c>TensorElementType</c>.</param>
internal sealed record ElementSpec(string Type, string EnumMember)
{
    public static ElementSpec Unsupported { get; } = new("", "Undefined");

    public bool IsText => Type == "string";

    public bool IsFloat => Type is "float" or "double" or "global::System.Half" && EnumMember is "Float32" or "Float64" or "Float16";

    /// <summary>The C# form of an element type's name in signatures.</summary>
    public static ElementSpec Of(string name) => name switch
    {
        "float32" => new("float", "Float32"),
        "uint8" => new("byte", "UInt8"),
        "int8" => new("sbyte", "Int8"),
        "uint16" => new("ushort", "UInt16"),
        "int16" => new("short", "Int16"),
        "int32" => new("int", "Int32"),
        "int64" => new("long", "Int64"),
        "string" => new("string", "String"),
        "bool" => new("bool", "Bool"),
        "float16" => new("global::System.Half", "Float16"),
        "float64" => new("double", "Float64"),
        "uint32" => new("uint", "UInt32"),
        "uint64" => new("ulong", "UInt64"),
        "complex128" => new("global::System.Numerics.Complex", "Complex128"),
        "bfloat16" => new("ushort", "BFloat16"),
        "float8e4m3fn" => new("byte", "Float8E4M3FN"),
        "float8e4m3fnuz" => new("byte", "Float8E4M3FNUZ"),
        "float8e5m2" => new("byte", "Float8E5M2"),
        "float8e5m2fnuz" => new("byte", "Float8E5M2FNUZ"),
        "float8e8m0" => new("byte", "Float8E8M0"),
        "complex64" => new("", "Complex64"),
        "uint4" => new("", "UInt4"),
        "int4" => new("", "Int4"),
        "float4e2m1" => new("", "Float4E2M1"),
        "uint2" => new("", "UInt2"),
        "int2" => new("", "Int2"),
        _ => Unsupported,
    };
}
