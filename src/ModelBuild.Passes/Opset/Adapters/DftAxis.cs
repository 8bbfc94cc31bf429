using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 20 made the axis an input and changed its default from 1 to -2.</summary>
internal sealed class DftAxis : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("DFT", 20)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        long axis = context.Node.GetInt("axis", 1);
        context.Node.Attributes.Remove("axis");
        context.SetInput(2, context.Constant("axis", TensorData.Scalar(axis)));
    }
}
