using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 2 renamed <c>paddings</c>; version 11 made pads and value inputs.</summary>
internal sealed class PadForm : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Pad", 2), ("Pad", 11)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        if (node.Attributes.Remove("paddings", out AttributeValue? paddings))
        {
            node.Attributes.TryAdd("pads", paddings);
        }

        if (context.Version < 10)
        {
            return;
        }

        Value input = node.Input(0) ?? throw context.Fail("it lacks its input");
        context.SetInput(1, context.Constant("pads", context.TakeInts("pads") ?? throw context.Fail("it lacks its pads")));
        float value = node.GetFloat("value");
        node.Attributes.Remove("value");
        if (value != 0)
        {
            context.SetInput(2, context.ScalarLike("value", value, input));
        }
    }
}
