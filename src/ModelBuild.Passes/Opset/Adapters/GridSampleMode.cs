using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 20 renamed the modes, because it samples in any number of dimensions.</summary>
internal sealed class GridSampleMode : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("GridSample", 20)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        string mode = context.Node.GetString("mode", "bilinear");
        context.Node.Attributes["mode"] = new StringAttribute(mode switch
        {
            "bilinear" => "linear",
            "bicubic" => "cubic",
            _ => mode,
        });
    }
}
