using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 5 made the shape an input.</summary>
internal sealed class ReshapeShape : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Reshape", 5)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        if (context.Node.Inputs.Count < 2)
        {
            context.SetInput(1, context.Constant("shape", context.TakeInts("shape") ?? []));
        }
    }
}
