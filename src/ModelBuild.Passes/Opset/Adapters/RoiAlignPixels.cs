using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 16 added the half-pixel shift and made it the default.</summary>
internal sealed class RoiAlignPixels : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("RoiAlign", 16)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context) => context.Node.Attributes.TryAdd("coordinate_transformation_mode", new StringAttribute("output_half_pixel"));
}
