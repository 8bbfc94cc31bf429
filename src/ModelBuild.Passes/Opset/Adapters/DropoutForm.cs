using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 7 dropped <c>is_test</c>, version 10 made the mask boolean, version 12 made the ratio an input. A model is read for inference, where dropout passes its input through.</summary>
internal sealed class DropoutForm : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Dropout", 7), ("Dropout", 10), ("Dropout", 12)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        node.Attributes.Remove("is_test");
        if (context.Version == 9 && node.Output(1) is not null)
        {
            context.After(1, "CastLike", mask => [mask, node.Input(0)]);
        }

        if (context.Version == 11 && node.Attributes.ContainsKey("ratio"))
        {
            float ratio = node.GetFloat("ratio");
            node.Attributes.Remove("ratio");
            context.SetInput(1, context.Constant("ratio", TensorData.Scalar(ratio)));
        }
    }
}
