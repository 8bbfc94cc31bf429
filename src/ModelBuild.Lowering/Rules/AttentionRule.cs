using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Attention spelled out in small operators: one step, without the matrix of scores and without transposes of its operands and result.</summary>
internal sealed class AttentionRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "Softmax")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        if (group.Attention is not { } attention)
        {
            return "no attention is around it.";
        }

        PlanBuilder builder = context.Builder;
        var (q, k, v) = (attention.Q, attention.K, attention.V);
        int rank = q.Shape.Count;
        if (k.Shape.Count != rank || v.Shape.Count != rank || !Enumerable.Range(0, rank - 2).All(i => q.Shape[i] == k.Shape[i] && q.Shape[i] == v.Shape[i]))
        {
            return "queries, keys and values have different heads.";
        }

        Dimension one = 1;
        (Dimension queries, Dimension size, Dimension keys, Dimension valueSize) = (q.Shape[^2], q.Shape[^1], k.Shape[^1], v.Shape[^1]);
        if (q.Strides[^1] != one || k.Strides[^2] != one || v.Strides[^1] != one)
        {
            return "the elements of a head are not adjacent.";
        }

        if (builder.TensorTypeOf(group.Output) is not (ElementType.Float32, { } outputShape) || outputShape.Rank != rank)
        {
            return "the result's shape depends on the data.";
        }

        Dimension[]? maskStrides = [];
        if (attention.Mask is { } mask && (builder.TensorTypeOf(mask) is not (ElementType.Float32, { } maskShape) || (maskStrides = MaskStrides(maskShape, [.. q.Shape.Take(rank - 1), keys])) is null))
        {
            return "the mask has not the scores' shape.";
        }

        // Axis i of batch, heads, queries, size stands at the place of i in the permutation.
        var yStrides = new Dimension[rank];
        Dimension stride = 1;
        for (int i = rank - 1; i >= 0; i--)
        {
            yStrides[attention.Permutation[i]] = stride;
            stride *= outputShape[i];
        }

        context.Flush([q.Source, k.Source, v.Source, attention.Mask]);
        builder.Call(group.Layer, "Attention.Run",
            ("q", builder.Of(q.Source)), ("k", builder.Of(k.Source)), ("v", builder.Of(v.Source)), ("mask", attention.Mask is null ? null : builder.Of(attention.Mask)),
            ("y", builder.Define(group.Output)),
            ("batch", q.Shape[0]), ("heads", rank == 4 ? q.Shape[1] : one), ("kvHeads", rank == 4 ? k.Shape[1] : one), ("queries", queries), ("keys", keys), ("size", size), ("valueSize", valueSize),
            ("qStrides", Three(q.Strides[0], q.Strides[^3], q.Strides[^2], rank)), ("kStrides", Three(k.Strides[0], k.Strides[^3], k.Strides[^1], rank)),
            ("vStrides", Three(v.Strides[0], v.Strides[^3], v.Strides[^2], rank)), ("yStrides", Three(yStrides[0], yStrides[^3], yStrides[^2], rank)),
            ("maskStrides", attention.Mask is null ? [] : Three(maskStrides![0], maskStrides[^3], maskStrides[^2], rank)), ("scale", attention.Scale));
        return null;
    }

    // Batch, head, token; with three axes the first is the batch of single heads.
    private static Dimension[] Three(Dimension batch, Dimension head, Dimension token, int rank) => [batch, rank == 4 ? head : 0, token];

    // Strides of a mask that is broadcast to the scores, or null where it isn't or its last axis is repeated.
    private static Dimension[]? MaskStrides(Shape mask, IReadOnlyList<Dimension> scores)
    {
        if (mask.Rank > scores.Count || mask.Rank == 0 || mask[mask.Rank - 1] != scores[^1])
        {
            return null;
        }

        var strides = new Dimension[scores.Count];
        Array.Fill(strides, Dimension.Fixed(0));
        Dimension stride = 1;
        Dimension one = 1;
        for (int i = 1; i <= mask.Rank; i++)
        {
            Dimension size = mask[mask.Rank - i];
            if (size != scores[^i] && size != one)
            {
                return null;
            }

            strides[^i] = size == one && i > 1 ? Dimension.Fixed(0) : stride;
            stride *= size;
        }

        return strides;
    }
}
