using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 6 replaced the name of the target type by its number.</summary>
internal sealed class CastTarget : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Cast", 6)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        if (context.Node.Attributes.GetValueOrDefault("to") is not StringAttribute { Text: var name })
        {
            return;
        }

        ElementType type = name.ToUpperInvariant() switch
        {
            "FLOAT" => ElementType.Float32,
            "DOUBLE" => ElementType.Float64,
            "FLOAT16" => ElementType.Float16,
            "UINT8" => ElementType.UInt8,
            "INT8" => ElementType.Int8,
            "UINT16" => ElementType.UInt16,
            "INT16" => ElementType.Int16,
            "UINT32" => ElementType.UInt32,
            "INT32" => ElementType.Int32,
            "UINT64" => ElementType.UInt64,
            "INT64" => ElementType.Int64,
            "BOOL" => ElementType.Bool,
            "STRING" => ElementType.String,
            "COMPLEX64" => ElementType.Complex64,
            "COMPLEX128" => ElementType.Complex128,
            _ => throw context.Fail($"its target type '{name}' is not known"),
        };
        context.Node.Attributes["to"] = new IntAttribute((int)type);
    }
}
