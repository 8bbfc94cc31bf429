using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Activations with a bias, and those that ONNX spells otherwise.</summary>
internal sealed class Activations : IExpansion
{
    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["BiasAdd", "BiasDropout", "BiasGelu", "BiasSoftmax", "FastGelu", "Gelu", "QuickGelu"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        Value x = node.Input(0)!;
        switch (node.OpType)
        {
            case "Gelu":
                context.Give(0, context.Add("Gelu", [x]));
                return null;
            case "BiasGelu":
                context.Give(0, context.Add("Gelu", [context.Plus(x, node.Input(1))]));
                return null;
            case "FastGelu":
                context.Give(0, context.Add("Gelu", [context.Plus(x, node.Input(1))], ("approximate", new StringAttribute("tanh"))));
                return null;
            case "QuickGelu":
                Value scaled = context.Add("Mul", [x, context.Number(node.GetFloat("alpha", 1.702f), context.ElementOf(x))]);
                context.Give(0, context.Add("Mul", [x, context.Add("Sigmoid", [scaled])]));
                return null;
            case "BiasAdd":
                context.Give(0, context.Plus(context.Plus(x, node.Input(1)), node.Input(2)));
                return null;
            case "BiasDropout" when node.Output(1) is null && node.Input(4) is null:
                context.Give(0, context.Plus(context.Plus(x, node.Input(1)), node.Input(2)));
                return null;
            case "BiasSoftmax" when context.ShapeOf(x) is { } shape && (node.GetInt("axis", 1) == shape.Rank - 1 || node.GetInt("axis", 1) == -1):
                context.Give(0, context.Add("Softmax", [context.Plus(x, node.Input(1))], ("axis", new IntAttribute(-1))));
                return null;
            default:
                return "its axis or mask has no counterpart.";
        }
    }
}
