using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 9 replaced <c>across_channels</c> by axes and dropped <c>normalize_variance</c>.</summary>
internal sealed class MeanVarianceNormalizationAxes : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("MeanVarianceNormalization", 9)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        long[] axes = node.GetInt("across_channels") != 0 ? [0, 1, 2, 3] : [0, 2, 3];
        bool isScaled = node.GetInt("normalize_variance", 1) != 0;
        node.Attributes.Remove("across_channels");
        node.Attributes.Remove("normalize_variance");
        if (isScaled)
        {
            node.Attributes["axes"] = new IntsAttribute(axes);
            return;
        }

        Value mean = context.Before("ReduceMean", [node.Input(0), context.Constant("axes", axes)], "mean");
        context.Replace("Sub", [node.Input(0), mean]);
    }
}
