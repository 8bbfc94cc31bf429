using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;
using ModelBuild.Lowering.Simplification;

namespace ModelBuild.Lowering.Fusion;

/// <summary>A convolution or matrix product with the bias, residual and activation that follow.</summary>
internal static class EpiloguePattern
{
    /// <summary>The group of an anchor, or null when the node is none.</summary>
    public static NodeGroup? Match(Node node, GraphUses uses, PlanBuilder builder)
    {
        if (node is not { Domain: "", OpType: "Conv" or "ConvTranspose" or "Gemm" or "MatMul" } || node.Output(0) is not { } value || builder.TensorTypeOf(value) is not (ElementType.Float32, { } shape))
        {
            return null;
        }

        var group = new NodeGroup(node);
        var nodes = new List<Node> { node };
        if (node.OpType == "MatMul" && Add(value) is { } bias && bias.Other.Initializer is { Rank: 1 } data && data.ElementCount == LastOf(shape))
        {
            group = group with { Bias = bias.Other };
            nodes.Add(bias.Node);
            value = bias.Node.Output(0)!;
        }

        if (Add(value) is { Other.Initializer: null } residual && builder.TensorTypeOf(residual.Other) is (ElementType.Float32, { } other) && other.Equals(shape)
            && builder.TensorTypeOf(residual.Node.Output(0)!).Shape?.Equals(shape) == true)
        {
            group = group with { Residual = residual.Other };
            nodes.Add(residual.Node);
            value = residual.Node.Output(0)!;
        }

        if (ActivationNodes.After(uses, value) is { } activation)
        {
            group = group with { Activation = activation.Activation, Alpha = activation.Alpha, Beta = activation.Beta };
            nodes.AddRange(activation.Nodes);
        }

        return group with { Nodes = nodes };

        (Node Node, Value Other)? Add(Value sum) =>
            uses.Only(sum) is { Domain: "", OpType: "Add" } add && (add.Input(0) == sum ? add.Input(1) : add.Input(0)) is { } term && term != sum ? (add, term) : null;
    }

    private static long LastOf(Shape shape) => shape.Rank > 0 && shape[shape.Rank - 1].IsFixed ? shape[shape.Rank - 1].Value : -1;
}
