using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Layer normalizations of a sum, and those without a mean.</summary>
internal sealed class SkipNormalizations : IExpansion
{
    /// <summary>Stands in ONNX's own set although ONNX never had it.</summary>
    public const string Simplified = "SimplifiedLayerNormalization";

    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => [Simplified, "SkipLayerNormalization", "SkipSimplifiedLayerNormalization"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        if (node.Output(1) is not null || node.Output(2) is not null)
        {
            return "its statistics are used.";
        }

        if (node.OpType == Simplified)
        {
            context.Give(0, context.Add("RMSNormalization", [node.Input(0), node.Input(1)], context.Keep("axis", new IntAttribute(-1)), context.Keep("epsilon", new FloatAttribute(1e-5f)), context.Keep("stash_type", new IntAttribute(1))));
            return null;
        }

        bool hasMean = node.OpType == "SkipLayerNormalization";
        Value sum = context.Plus(context.Add("Add", [node.Input(0), node.Input(1)]), node.Input(hasMean ? 4 : 3));
        Value?[] inputs = hasMean ? [sum, node.Input(2), node.Input(3)] : [sum, node.Input(2)];
        context.Give(0, context.Add(hasMean ? "LayerNormalization" : "RMSNormalization", inputs, ("axis", new IntAttribute(-1)), context.Keep("epsilon", new FloatAttribute(1e-12f))));
        context.Give(3, sum);
        return null;
    }
}
