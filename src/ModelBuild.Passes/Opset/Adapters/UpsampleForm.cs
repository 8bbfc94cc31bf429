using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 7 replaced the two scales by one for each dimension, version 9 made them an input, and version 10 replaced the operator by Resize.</summary>
internal sealed class UpsampleForm : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Upsample", 7), ("Upsample", 9), ("Upsample", 10)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        switch (context.Version)
        {
            case 6:
                float[] both = [1, 1, node.GetFloat("height_scale", 1), node.GetFloat("width_scale", 1)];
                node.Attributes.Remove("height_scale");
                node.Attributes.Remove("width_scale");
                node.Attributes["scales"] = new FloatsAttribute(both);
                break;
            case 8:
                float[] scales = [.. node.GetFloats("scales") ?? throw context.Fail("it lacks its scales")];
                node.Attributes.Remove("scales");
                context.SetInput(1, context.Constant("scales", TensorData.Create<float>(ElementType.Float32, [scales.Length], scales)));
                break;
            default:
                Value input = node.Input(1) ?? throw context.Fail("it lacks its scales");
                var attributes = new SortedDictionary<string, AttributeValue>(StringComparer.Ordinal);
                string mode = node.GetString("mode", "nearest");
                attributes["mode"] = new StringAttribute(mode == "bilinear" ? "linear" : mode);
                ResizeForm.AddRules(attributes, input);
                context.Replace("Resize", [node.Input(0), null, input], 1, attributes.Select(a => (a.Key, a.Value)));
                break;
        }
    }
}
