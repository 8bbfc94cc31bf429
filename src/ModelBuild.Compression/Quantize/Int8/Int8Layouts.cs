using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary>Chooses which elements of a weight share a scale.</summary>
internal static class Int8Layouts
{
    /// <summary>The layout that the weight's uses ask for, or null when no use is a layer that int8 knows.</summary>
    public static ChannelLayout? Find(WeightGroup group)
    {
        TensorData weight = group.Data;

        // A table that is looked up can be read row by row only with scales per row, so a look-up decides first.
        foreach (WeightUse use in group.Uses.OrderBy(u => u.Node.OpType == "Gather" ? 0 : 1))
        {
            if (Int8Rules.For(use.Node, use.Index, weight) is { } rule)
            {
                return rule.Layout(use.Node, use.Index, weight);
            }

            if (Through(use, group.Graph, weight) is { } layout)
            {
                return layout;
            }
        }

        return null;
    }

    /// <summary>The layout of a weight that reaches a layer by way of a node that only moves elements.</summary>
    private static ChannelLayout? Through(WeightUse use, Graph graph, TensorData weight)
    {
        if (use.Node.Domain.Length > 0 || use.Node.OpType is not ("Transpose" or "Identity") || use.Node.Output(0) is not { } moved)
        {
            return null;
        }

        int[] permutation = use.Node.OpType == "Identity" ? [.. Enumerable.Range(0, weight.Rank)]
            : use.Node.GetInts("perm") is { } given ? [.. given.Select(p => (int)p)]
            : [.. Enumerable.Range(0, weight.Rank).Reverse()];
        long[] dimensions = new long[weight.Rank];
        if (permutation.Length != weight.Rank || permutation.Any(p => p < 0 || p >= weight.Rank))
        {
            return null;
        }

        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = weight.Dimensions[permutation[i]];
        }

        foreach (Node next in graph.Nodes)
        {
            int index = next.Inputs.IndexOf(moved);
            if (index >= 0 && Int8Rules.For(next, index, new Moved(weight, dimensions)) is { } rule && weight.Rank >= 2)
            {
                ChannelLayout there = rule.Layout(next, index, new Moved(weight, dimensions));
                int axis = there.ScaleDimensions.Length == 1 ? weight.Rank - 1 : Array.FindIndex(there.ScaleDimensions, d => d > 1);
                return axis < 0 || there.ScaleDimensions.Count(d => d > 1) > 1 ? ChannelLayout.Axis(weight.Dimensions, 0) : ChannelLayout.Axis(weight.Dimensions, permutation[axis]);
            }
        }

        return null;
    }

    /// <summary>Stands for a transposed weight where only its shape is asked for.</summary>
    private sealed class Moved(TensorData source, ReadOnlySpan<long> dimensions) : TensorData(source.ElementType, dimensions)
    {
        public override ReadOnlySpan<byte> GetBytes(long offset, int length) => throw new NotSupportedException();
    }
}
