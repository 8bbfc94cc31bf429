using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 7 dropped <c>is_test</c>, version 9 <c>spatial</c>, and version 14 the outputs that only training fills. A model is read for inference, so <c>is_test=0</c> does not turn training on.</summary>
internal sealed class BatchNormalizationForm : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("BatchNormalization", 7), ("BatchNormalization", 9), ("BatchNormalization", 14)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        node.Attributes.Remove("is_test");
        if (context.Version >= 8 && node.GetInt("spatial", 1) == 0)
        {
            NormalizeEachElement(context);
            return;
        }

        if (context.Version >= 8)
        {
            node.Attributes.Remove("spatial");
        }

        if (context.Version >= 13 && node.Outputs.Count > 1)
        {
            context.Replace(
                "BatchNormalization",
                node.Inputs,
                1,
                node.Attributes.Where(a => a.Key is "epsilon" or "momentum").Select(a => (a.Key, a.Value)));
        }
    }

    /// <summary><c>spatial=0</c>: every element of a sample has its own mean and variance, whose shape is the sample's.</summary>
    private static void NormalizeEachElement(AdapterContext context)
    {
        Value?[] inputs = [.. context.Node.Inputs];
        if (inputs.Length < 5 || inputs.Any(i => i is null))
        {
            throw context.Fail("it lacks inputs");
        }

        Value centred = context.Before("Sub", [inputs[0], inputs[3]], "centred");
        Value raised = context.Before("Add", [inputs[4], context.ScalarLike("epsilon", context.Node.GetFloat("epsilon", 1e-5f), inputs[4]!)], "variance");
        Value deviation = context.Before("Sqrt", [raised], "deviation");
        Value normal = context.Before("Div", [centred, deviation], "normalized");
        Value scaled = context.Before("Mul", [normal, inputs[1]], "scaled");
        context.Replace("Add", [scaled, inputs[2]]);
    }
}
