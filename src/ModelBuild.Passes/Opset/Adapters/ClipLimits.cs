using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 11 made the limits inputs.</summary>
internal sealed class ClipLimits : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Clip", 11)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        Value input = node.Input(0) ?? throw context.Fail("it lacks its input");
        string[] limits = ["min", "max"];
        for (int i = 0; i < limits.Length; i++)
        {
            if (node.Attributes.ContainsKey(limits[i]))
            {
                float limit = node.GetFloat(limits[i]);
                node.Attributes.Remove(limits[i]);
                context.SetInput(i + 1, context.ScalarLike(limits[i], limit, input));
            }
        }
    }
}
