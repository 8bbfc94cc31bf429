namespace ModelBuild.Kernels;

/// <summary>The lists of TreeEnsemble: children by their place among the nodes or the leaves.</summary>
internal readonly unsafe ref struct TreeList
{
    public ReadOnlySpan<long> LeafTargets { get; init; }

    public TensorValue LeafWeights { get; init; }

    public ReadOnlySpan<long> FalseLeaves { get; init; }

    public ReadOnlySpan<long> FalseIds { get; init; }

    public ReadOnlySpan<long> Features { get; init; }

    public TensorValue Modes { get; init; }

    public TensorValue Splits { get; init; }

    public ReadOnlySpan<long> TrueLeaves { get; init; }

    public ReadOnlySpan<long> TrueIds { get; init; }

    public ReadOnlySpan<long> Roots { get; init; }

    public TensorValue? Members { get; init; }

    public ReadOnlySpan<long> MissingIsTrue { get; init; }

    /// <summary>The ensemble in flat arrays, checked: the nodes, then the leaves.</summary>
    /// <param name="columns">Number of features.</param>
    /// <param name="targets">Number of targets.</param>
    /// <exception cref="KernelException">Lists have different lengths, or refer to what does not exist.</exception>
    public TreeForestMemory Flatten(long columns, long targets)
    {
        int count = Features.Length;
        int leaves = LeafTargets.Length;
        if (LeafWeights.Length != leaves || FalseLeaves.Length != count || FalseIds.Length != count || Modes.Length != count || Splits.Length != count || TrueLeaves.Length != count ||
            TrueIds.Length != count || (MissingIsTrue.Length > 0 && MissingIsTrue.Length != count) || Modes.ElementType is not (TensorElementType.UInt8 or TensorElementType.Int8))
        {
            throw new KernelException(
                $"TreeEnsemble can't have {count} features, modes {Modes}, splits {Splits}, {TrueIds.Length} and {FalseIds.Length} children, {TrueLeaves.Length} and {FalseLeaves.Length} marks of leaves, " +
                $"{leaves} leaves and the weights {LeafWeights}.");
        }

        var forest = new TreeForestMemory((long)count + leaves, leaves, Roots.Length, Members?.Length ?? 0);
        try
        {
            if (Members is not null)
            {
                RealNumbers.Load(Members.ElementType, Members.Data, Members.Length, forest.Members.Pointer);
            }

            Fill(ref forest);
            forest.Forest.Check(columns, targets);
            return forest;
        }
        catch
        {
            forest.Dispose();
            throw;
        }
    }

    private void Fill(ref TreeForestMemory forest)
    {
        int count = Features.Length;
        int leaves = LeafTargets.Length;
        using var splits = new RealInput<double>(Splits);
        using var weights = new RealInput<double>(LeafWeights);
        for (int i = 0; i < leaves; i++)
        {
            forest.Nodes.Pointer[count + i] = new TreeNode { Mode = TreeMode.Leaf, True = i, False = 1 };
            forest.Weights.Pointer[i] = new TreeWeight { Value = weights.Pointer[i], Target = Narrow(LeafTargets[i]) };
        }

        for (int i = 0; i < count; i++)
        {
            byte mode = Modes.Data[i];
            forest.Nodes.Pointer[i] = new TreeNode
            {
                Mode = mode <= 6 ? (TreeMode)mode : throw new KernelException($"A tree's node has no mode {mode}."),
                Threshold = splits.Pointer[i],
                Feature = Narrow(Features[i]),
                MissingIsTrue = MissingIsTrue.Length > 0 && MissingIsTrue[i] != 0,
                True = Place(TrueIds[i], TrueLeaves[i] != 0),
                False = Place(FalseIds[i], FalseLeaves[i] != 0),
            };
        }

        for (int i = 0; i < Roots.Length; i++)
        {
            int root = Narrow(Roots[i]);

            // A tree that is a leaf only is a node whose children are that leaf.
            bool leaf = (uint)root < (uint)count && TrueLeaves[root] != 0 && FalseLeaves[root] != 0 && TrueIds[root] == FalseIds[root];
            forest.Roots.Pointer[i] = leaf ? Place(TrueIds[root], true) : root;
        }

        PlaceSets(ref forest);
    }

    // Sets belong to their nodes in the order in which the trees are walked, the true branch first.
    private void PlaceSets(ref TreeForestMemory forest)
    {
        using var stack = new NativeBuffer<int>(2L * (forest.Nodes.Length + 1));
        using var seen = new NativeBuffer<bool>(forest.Nodes.Length);
        seen.Span.Clear();
        long next = 0;
        foreach (int root in forest.Roots.Span)
        {
            long depth = 0;
            stack.Pointer[depth++] = root;
            while (depth > 0)
            {
                int at = stack.Pointer[--depth];
                if ((uint)at >= (ulong)forest.Nodes.Length || seen.Pointer[at])
                {
                    continue;
                }

                seen.Pointer[at] = true;
                TreeNode* node = forest.Nodes.Pointer + at;
                if (node->Mode == TreeMode.Leaf)
                {
                    continue;
                }

                if (node->Mode == TreeMode.Member)
                {
                    node->Threshold = next;
                    while (next < forest.Members.Length && !double.IsNaN(forest.Members.Pointer[next]))
                    {
                        next++;
                    }

                    next = next < forest.Members.Length ? next + 1 : throw new KernelException("A set of TreeEnsemble is missing, or does not end.");
                }

                stack.Pointer[depth++] = node->False;
                stack.Pointer[depth++] = node->True;
            }
        }
    }

    private int Place(long id, bool leaf)
    {
        long limit = leaf ? LeafTargets.Length : Features.Length;
        return id >= 0 && id < limit ? (int)(leaf ? Features.Length + id : id) : throw new KernelException($"A tree's child is {(leaf ? "leaf" : "node")} {id}, and there are {limit}.");
    }

    private static int Narrow(long value) => value is >= 0 and <= int.MaxValue ? (int)value : -1;
}
