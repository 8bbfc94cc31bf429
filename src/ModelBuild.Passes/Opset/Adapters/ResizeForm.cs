using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 11 put the region of interest before the scales and made the coordinates' rule an attribute, whose default is not the rule of version 10.</summary>
internal sealed class ResizeForm : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Resize", 11)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        Value scales = node.Input(1) ?? throw context.Fail("it lacks its scales");
        context.SetInput(2, scales);
        context.SetInput(1, null);
        AddRules(node.Attributes, scales);
    }

    /// <summary>
    /// The rules of version 10 and of Upsample: coordinates are divided by the scale. The nearest pixel is the one before, or the one after when the image shrinks,
    /// as ONNX Runtime does it.
    /// </summary>
    public static void AddRules(SortedDictionary<string, AttributeValue> attributes, Value scales)
    {
        attributes["coordinate_transformation_mode"] = new StringAttribute("asymmetric");
        if (attributes.GetValueOrDefault("mode") is null or StringAttribute { Text: "nearest" })
        {
            bool shrinks = scales.Initializer is { ElementType: ElementType.Float32 } known && known.As<float>().ContainsAnyInRange(0, MathF.BitDecrement(1));
            attributes["nearest_mode"] = new StringAttribute(shrinks ? "ceil" : "floor");
        }
    }
}
