using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>The lists of TreeEnsembleRegressor and TreeEnsembleClassifier: one entry per node, and one per weight of a leaf, each with the numbers of its tree and node.</summary>
internal readonly unsafe ref struct TreeTable
{
    public ReadOnlySpan<long> TreeIds { get; init; }

    public ReadOnlySpan<long> NodeIds { get; init; }

    public ReadOnlySpan<long> Features { get; init; }

    public ReadOnlySpan<string> Modes { get; init; }

    public ReadOnlySpan<float> Values { get; init; }

    public TensorValue? ValuesTensor { get; init; }

    public ReadOnlySpan<long> TrueIds { get; init; }

    public ReadOnlySpan<long> FalseIds { get; init; }

    public ReadOnlySpan<long> MissingIsTrue { get; init; }

    public ReadOnlySpan<long> WeightTreeIds { get; init; }

    public ReadOnlySpan<long> WeightNodeIds { get; init; }

    public ReadOnlySpan<long> WeightTargets { get; init; }

    public ReadOnlySpan<float> Weights { get; init; }

    public TensorValue? WeightsTensor { get; init; }

    /// <summary>The ensemble in flat arrays, checked.</summary>
    /// <param name="columns">Number of features.</param>
    /// <param name="targets">Number of targets or classes.</param>
    /// <exception cref="KernelException">Lists have different lengths, or refer to what does not exist.</exception>
    public TreeForestMemory Flatten(long columns, long targets)
    {
        int count = TreeIds.Length;
        using var thresholds = new RealInput<double>(ValuesTensor);
        using var weights = new RealInput<double>(WeightsTensor);
        long thresholdCount = ValuesTensor is null ? Values.Length : thresholds.Length;
        long weightCount = WeightsTensor is null ? Weights.Length : weights.Length;
        if (NodeIds.Length != count || Features.Length != count || Modes.Length != count || thresholdCount != count || TrueIds.Length != count || FalseIds.Length != count ||
            (MissingIsTrue.Length > 0 && MissingIsTrue.Length != count) || WeightNodeIds.Length != WeightTreeIds.Length || WeightTargets.Length != WeightTreeIds.Length ||
            weightCount != WeightTreeIds.Length)
        {
            throw new KernelException(
                $"A tree ensemble can't have {count} trees' numbers, {NodeIds.Length} nodes' numbers, {Features.Length} features, {Modes.Length} modes, {thresholdCount} thresholds, " +
                $"{TrueIds.Length} and {FalseIds.Length} children, {WeightTreeIds.Length}, {WeightNodeIds.Length} and {WeightTargets.Length} places of {weightCount} weights.");
        }

        var places = new Dictionary<(long Tree, long Node), int>(count);
        for (int i = 0; i < count; i++)
        {
            if (!places.TryAdd((TreeIds[i], NodeIds[i]), i))
            {
                throw new KernelException($"Tree {TreeIds[i]} has node {NodeIds[i]} twice.");
            }
        }

        using var children = new NativeBuffer<bool>(count);
        children.Span.Clear();
        long roots = FindRoots(places, children.Span);
        var forest = new TreeForestMemory(count, weightCount, roots, 0);
        try
        {
            Fill(ref forest, places, children.Span, thresholds.Pointer);
            AddWeights(ref forest, places, weights.Pointer);
            forest.Forest.Check(columns, targets);
            return forest;
        }
        catch
        {
            forest.Dispose();
            throw;
        }
    }

    private static TreeMode Mode(string mode) => mode switch
    {
        "BRANCH_LEQ" => TreeMode.LessOrEqual,
        "BRANCH_LT" => TreeMode.Less,
        "BRANCH_GTE" => TreeMode.GreaterOrEqual,
        "BRANCH_GT" => TreeMode.Greater,
        "BRANCH_EQ" => TreeMode.Equal,
        "BRANCH_NEQ" => TreeMode.NotEqual,
        "LEAF" => TreeMode.Leaf,
        _ => throw new KernelException($"A tree's node has no mode '{mode}'."),
    };

    private int Child(Dictionary<(long Tree, long Node), int> places, int node, long child) => places.TryGetValue((TreeIds[node], child), out int place)
        ? place
        : throw new KernelException($"Node {NodeIds[node]} of tree {TreeIds[node]} refers to node {child}, which does not exist.");

    // A tree starts at its first node that is no other's child. A leaf alone is a tree; beside other nodes it is not reached.
    private long FindRoots(Dictionary<(long Tree, long Node), int> places, Span<bool> isChild)
    {
        for (int i = 0; i < TreeIds.Length; i++)
        {
            if (Modes[i] != "LEAF")
            {
                isChild[Child(places, i, TrueIds[i])] = true;
                isChild[Child(places, i, FalseIds[i])] = true;
            }
        }

        var sizes = new Dictionary<long, int>();
        var rooted = new HashSet<long>();
        foreach (long tree in TreeIds)
        {
            sizes[tree] = sizes.GetValueOrDefault(tree) + 1;
        }

        for (int i = 0; i < TreeIds.Length; i++)
        {
            if (!isChild[i] && ((Modes[i] == "LEAF" && sizes[TreeIds[i]] > 1) || !rooted.Add(TreeIds[i])))
            {
                // Not reached from the root.
                isChild[i] = true;
            }
        }

        return sizes.Count == rooted.Count ? rooted.Count : throw new KernelException("A tree has a circle.");
    }

    private void Fill(ref TreeForestMemory forest, Dictionary<(long Tree, long Node), int> places, ReadOnlySpan<bool> isChild, double* thresholds)
    {
        int root = 0;
        for (int i = 0; i < TreeIds.Length; i++)
        {
            TreeMode mode = Mode(Modes[i]);
            bool leaf = mode == TreeMode.Leaf;
            forest.Nodes.Pointer[i] = new TreeNode
            {
                Mode = mode,
                Threshold = thresholds == null ? Values[i] : thresholds[i],
                Feature = leaf ? 0 : Features[i] is >= 0 and <= int.MaxValue ? (int)Features[i] : -1,
                MissingIsTrue = MissingIsTrue.Length > 0 && MissingIsTrue[i] != 0,
                True = leaf ? 0 : Child(places, i, TrueIds[i]),
                False = leaf ? 0 : Child(places, i, FalseIds[i]),
            };
            if (!isChild[i])
            {
                forest.Roots.Pointer[root++] = i;
            }
        }
    }

    // Sorts the weights by leaf and keeps their order within one.
    private void AddWeights(ref TreeForestMemory forest, Dictionary<(long Tree, long Node), int> places, double* weights)
    {
        using var leaves = new NativeBuffer<int>(WeightTreeIds.Length);
        for (int w = 0; w < WeightTreeIds.Length; w++)
        {
            if (!places.TryGetValue((WeightTreeIds[w], WeightNodeIds[w]), out int place))
            {
                throw new KernelException($"Node {WeightNodeIds[w]} of tree {WeightTreeIds[w]} has a weight and does not exist.");
            }

            leaves.Pointer[w] = place;
            if (forest.Nodes.Pointer[place].Mode == TreeMode.Leaf)
            {
                forest.Nodes.Pointer[place].False++;
            }
        }

        int start = 0;
        for (int i = 0; i < TreeIds.Length; i++)
        {
            TreeNode* node = forest.Nodes.Pointer + i;
            if (node->Mode == TreeMode.Leaf)
            {
                node->True = start;
                start += node->False;
                node->False = 0;
            }
        }

        // Weights of nodes that are no leaves are never reached.
        MemoryMarshal.AsBytes(forest.Weights.Span).Clear();
        for (int w = 0; w < WeightTreeIds.Length; w++)
        {
            TreeNode* node = forest.Nodes.Pointer + leaves.Pointer[w];
            if (node->Mode == TreeMode.Leaf)
            {
                forest.Weights.Pointer[node->True + node->False++] = new TreeWeight
                {
                    Value = weights == null ? Weights[w] : weights[w],
                    Target = WeightTargets[w] is >= 0 and <= int.MaxValue ? (int)WeightTargets[w] : -1,
                };
            }
        }
    }
}
