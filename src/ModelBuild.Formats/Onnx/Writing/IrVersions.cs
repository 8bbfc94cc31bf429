using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Writing;

/// <summary>The lowest IR version that can express a model, but not below <see cref="Default"/>, which every runtime of the last years reads.</summary>
internal static class IrVersions
{
    /// <summary>ONNX 1.16: 4-bit integers, function overloads, metadata everywhere.</summary>
    public const long Default = 10;

    /// <summary>The version for a model.</summary>
    public static long Needed(Model model)
    {
        long needed = Default;
        foreach (Graph graph in model.Functions.Select(f => f.Body).Prepend(model.Graph).SelectMany(g => g.AllGraphs()))
        {
            foreach (Value value in graph.Inputs.Concat(graph.Outputs).Concat(graph.Initializers))
            {
                needed = Math.Max(needed, Math.Max(Needed(value.Type), Needed(value.Initializer?.ElementType ?? ElementType.Undefined)));
            }

            foreach (Node node in graph.Nodes)
            {
                if (node.Unknown is not null)
                {
                    // Device configurations.
                    needed = Math.Max(needed, 11);
                }

                foreach (Value? value in node.Outputs)
                {
                    needed = Math.Max(needed, Needed(value?.Type));
                }

                foreach (AttributeValue attribute in node.Attributes.Values)
                {
                    needed = Math.Max(needed, Needed(attribute));
                }
            }
        }

        // Fields that this version does not know came with the model's own version.
        return model.Unknown is null ? needed : Math.Max(needed, model.IrVersion);
    }

    private static long Needed(AttributeValue attribute) => attribute switch
    {
        TensorAttribute t => Needed(t.Value.ElementType),
        TensorsAttribute t => t.Values.Select(v => Needed(v.ElementType)).DefaultIfEmpty(Default).Max(),
        SparseTensorAttribute t => Needed(t.Value.Values.ElementType),
        SparseTensorsAttribute t => t.Values.Select(v => Needed(v.Values.ElementType)).DefaultIfEmpty(Default).Max(),
        TypeAttribute t => Needed(t.Value),
        TypesAttribute t => t.Values.Select(Needed).DefaultIfEmpty(Default).Max(),
        _ => Default,
    };

    private static long Needed(GraphType? type) => type switch
    {
        TensorType t => Needed(t.ElementType),
        SparseTensorType t => Needed(t.ElementType),
        SequenceType s => Needed(s.Element),
        OptionalType o => Needed(o.Element),
        MapType m => Needed(m.Value),
        _ => Default,
    };

    private static long Needed(ElementType type) => type switch
    {
        ElementType.Float4E2M1 => 11,
        ElementType.Float8E8M0 => 12,
        ElementType.UInt2 or ElementType.Int2 => 13,
        _ => Default,
    };
}
