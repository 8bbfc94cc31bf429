using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 2 made the exponent an integer.</summary>
internal sealed class NormExponent : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("GlobalLpPool", 2), ("LpPool", 2)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        if (context.Node.Attributes.GetValueOrDefault("p") is FloatAttribute { Value: var p })
        {
            context.Node.Attributes["p"] = p == MathF.Truncate(p) ? new IntAttribute((long)p) : throw context.Fail($"its exponent {p} is not an integer");
        }
    }
}
