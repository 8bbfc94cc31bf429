using ModelBuild.Compression.Data;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary>Chooses which elements of a weight share a scale.</summary>
internal static class Int8Layouts
{
    /// <summary>The layout that the weight's uses ask for, or null when no use is a layer that int8 knows.</summary>
    public static ChannelLayout? Find(WeightGroup group, ConsumerMap consumers)
    {
        TensorData weight = group.Data;

        // A table that is looked up can be read row by row only with scales per row, so a look-up decides first.
        foreach (WeightUse use in group.Uses.OrderBy(u => u.Node.OpType == "Gather" ? 0 : 1))
        {
            if (Int8Rules.For(use.Node, use.Index, weight) is { } rule)
            {
                return rule.Layout(use.Node, use.Index, weight);
            }

            if (Through(use, consumers, weight) is { } layout)
            {
                return layout;
            }
        }

        // Recurrent weights often come in pieces that are cut, reordered and joined; their rows are the channels.
        return weight.Rank >= 2 && group.Uses.Any(u => ReachesLayer(u.Node, consumers)) ? ChannelLayout.Axis(weight.Dimensions, 0) : null;
    }

    /// <summary>Whether what a node moves ends as a layer's weight.</summary>
    private static bool ReachesLayer(Node start, ConsumerMap consumers)
    {
        const int MostNodes = 32;
        var pending = new Queue<Node>([start]);
        for (int seen = 0; seen < MostNodes && pending.TryDequeue(out Node? node); seen++)
        {
            if (node.Domain.Length > 0 || node.OpType is not ("Slice" or "Concat" or "Unsqueeze" or "Squeeze" or "Reshape" or "Transpose" or "Identity" or "Split") || node.Output(0) is not { } moved)
            {
                continue;
            }

            foreach ((Node next, int index) in consumers.Of(moved))
            {
                if (s_ranks.Any(rank => Int8Rules.For(next, index, rank) is not null))
                {
                    return true;
                }

                pending.Enqueue(next);
            }
        }

        return false;
    }

    // Stand for weights whose rank is not known before the nodes run.
    private static readonly TensorData[] s_ranks = [new Moved(ElementType.Float32, [1, 1]), new Moved(ElementType.Float32, [1, 1, 1])];

    /// <summary>The layout of a weight that reaches a layer by way of a node that only moves elements.</summary>
    private static ChannelLayout? Through(WeightUse use, ConsumerMap consumers, TensorData weight)
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

        foreach ((Node next, int index) in consumers.Of(moved))
        {
            var turned = new Moved(weight.ElementType, dimensions);
            if (weight.Rank >= 2 && Int8Rules.For(next, index, turned) is { } rule)
            {
                ChannelLayout there = rule.Layout(next, index, turned);
                int axis = there.ScaleDimensions.Length == 1 ? weight.Rank - 1 : Array.FindIndex(there.ScaleDimensions, d => d > 1);
                return axis < 0 || there.ScaleDimensions.Count(d => d > 1) > 1 ? ChannelLayout.Axis(weight.Dimensions, 0) : ChannelLayout.Axis(weight.Dimensions, permutation[axis]);
            }
        }

        return null;
    }

    /// <summary>Stands for a moved weight where only its shape is asked for.</summary>
    private sealed class Moved(ElementType type, ReadOnlySpan<long> dimensions) : TensorData(type, dimensions)
    {
        public override ReadOnlySpan<byte> GetBytes(long offset, int length) => throw new NotSupportedException();
    }
}
