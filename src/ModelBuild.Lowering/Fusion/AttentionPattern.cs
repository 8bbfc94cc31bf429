using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;
using ModelBuild.Lowering.Simplification;

namespace ModelBuild.Lowering.Fusion;

/// <summary>What <see cref="AttentionPattern"/> found around a Softmax.</summary>
/// <param name="Q">Queries, with axes batch, heads, queries, size.</param>
/// <param name="K">Keys, with axes batch, heads, size, keys.</param>
/// <param name="V">Values, with axes batch, heads, keys, size.</param>
/// <param name="Mask">What is added to the scaled scores, or null.</param>
/// <param name="Scale">Factor of the scores.</param>
/// <param name="Permutation">How the result's axes batch, heads, queries, size are ordered.</param>
internal sealed record AttentionGroup(StridedValue Q, StridedValue K, StridedValue V, Value? Mask, float Scale, IReadOnlyList<int> Permutation);

/// <summary>A tensor seen through transposes.</summary>
/// <param name="Source">The value that is read.</param>
/// <param name="Shape">Sizes after the transposes.</param>
/// <param name="Strides">Elements of the source from one index of each axis to the next.</param>
internal sealed record StridedValue(Value Source, IReadOnlyList<Dimension> Shape, IReadOnlyList<Dimension> Strides);

/// <summary>Attention spelled out: <c>MatMul(Softmax(MatMul(q, k) * scale + mask), v)</c>, with the transposes that bring heads to the front and back.</summary>
internal static class AttentionPattern
{
    /// <summary>The group around a Softmax, or null when there is none.</summary>
    public static NodeGroup? Match(Node softmax, GraphUses uses, PlanBuilder builder)
    {
        if (softmax is not { Domain: "", OpType: "Softmax" } || softmax.Input(0) is not { } scores || softmax.Output(0) is not { } weights
            || builder.TensorTypeOf(weights) is not (ElementType.Float32, { Rank: 3 or 4 } shape) || !IsLast(softmax.GetInt("axis", -1), shape.Rank)
            || uses.Only(weights) is not { Domain: "", OpType: "MatMul" } last || last.Input(0) != weights || last.Input(1) is not { } v || v == weights)
        {
            return null;
        }

        var nodes = new List<Node> { softmax, last };
        if (Scores(scores, uses, nodes) is not { } terms)
        {
            return null;
        }

        Node product = terms.Product;
        if (product.Input(0) is not { } q || product.Input(1) is not { } k || q == k
            || See(q, uses, builder, nodes) is not { } queries || See(k, uses, builder, nodes) is not { } keys || See(v, uses, builder, nodes) is not { } values)
        {
            return null;
        }

        int[] permutation = [.. Enumerable.Range(0, shape.Rank)];
        if (uses.Only(last.Output(0)!) is { Domain: "", OpType: "Transpose" } transpose && Permutation(transpose, shape.Rank) is { } order && order[^1] == shape.Rank - 1)
        {
            nodes.Add(transpose);
            permutation = order;
        }

        return new NodeGroup(softmax) { Nodes = nodes, Attention = new AttentionGroup(queries, keys, values, terms.Mask, terms.Scale, permutation) };
    }

    // From the Softmax back to the product of queries and keys: at most one mask, then factors.
    private static (Node Product, Value? Mask, float Scale)? Scores(Value value, GraphUses uses, List<Node> nodes)
    {
        Value? mask = null;
        float scale = 1;
        while (value.Producer is { Domain: "" } node && uses.Only(value) is not null)
        {
            nodes.Add(node);
            switch (node.OpType)
            {
                case "MatMul":
                    return (node, mask, scale);
                case "Add" when mask is null && scale == 1:
                    (Value? inner, mask) = LeadsToProduct(node.Input(0)) ? (node.Input(0), node.Input(1)) : (node.Input(1), node.Input(0));
                    if (inner is null || mask is null || inner == mask)
                    {
                        return null;
                    }

                    value = inner;
                    break;
                case "Div" when Patterns.Scalar(node.Input(1)) is { } divisor && node.Input(0) is { } dividend:
                    scale /= divisor;
                    value = dividend;
                    break;
                case "Mul" when Patterns.WithScalar(node) is { } factor:
                    scale *= factor.Number;
                    value = factor.Other;
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private static bool LeadsToProduct(Value? value) => value?.Producer is { Domain: "", OpType: "MatMul" or "Div" or "Mul" };

    // Follows transposes that nothing else reads.
    private static StridedValue? See(Value value, GraphUses uses, PlanBuilder builder, List<Node> nodes)
    {
        List<int[]> permutations = [];
        while (value.Producer is { Domain: "", OpType: "Transpose" } node && uses.Only(value) is not null && node.Input(0) is { } input
            && builder.TensorTypeOf(value).Shape is { } after && Permutation(node, after.Rank) is { } permutation)
        {
            nodes.Add(node);
            permutations.Add(permutation);
            value = input;
        }

        if (builder.TensorTypeOf(value) is not (ElementType.Float32, { Rank: 3 or 4 } shape))
        {
            return null;
        }

        var strides = new Dimension[shape.Rank];
        Dimension stride = 1;
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        Dimension[] sizes = [.. shape];
        foreach (int[] permutation in Enumerable.Reverse(permutations))
        {
            sizes = [.. permutation.Select(p => sizes[p])];
            strides = [.. permutation.Select(p => strides[p])];
        }

        return new StridedValue(value, sizes, strides);
    }

    private static int[]? Permutation(Node transpose, int rank)
    {
        int[] permutation = [.. transpose.GetInts("perm")?.Select(p => (int)p) ?? Enumerable.Range(0, rank).Reverse()];
        return permutation.Length == rank ? permutation : null;
    }

    private static bool IsLast(long axis, int rank) => axis == -1 || axis == rank - 1;
}
