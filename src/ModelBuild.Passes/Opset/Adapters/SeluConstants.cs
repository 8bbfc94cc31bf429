using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 6 gave the default constants more digits.</summary>
internal sealed class SeluConstants : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Selu", 6)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        context.Node.Attributes.TryAdd("alpha", new FloatAttribute(1.6732f));
        context.Node.Attributes.TryAdd("gamma", new FloatAttribute(1.0507f));
    }
}
