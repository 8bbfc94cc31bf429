namespace ModelBuild.Kernels;

/// <summary>How the trees' results become one.</summary>
internal enum TreeAggregate
{
    Average = 0,
    Sum = 1,
    Min = 2,
    Max = 3,
}

/// <summary>A tree ensemble in flat arrays.</summary>
internal unsafe ref struct TreeForest(long nodes, long weights, long roots, long members) : IDisposable
{
    /// <summary>All nodes.</summary>
    public NativeBuffer<TreeNode> Nodes = new(nodes);

    /// <summary>The leaves' weights.</summary>
    public NativeBuffer<TreeWeight> Weights = new(weights);

    /// <summary>The first node of each tree.</summary>
    public NativeBuffer<int> Roots = new(roots);

    /// <summary>Sets that <see cref="TreeMode.Member"/> asks for, each ending with a number that is not one. The node's threshold is the place of its set.</summary>
    public NativeBuffer<double> Members = new(members);

    /// <summary>The leaf of a tree that an example reaches.</summary>
    /// <exception cref="KernelException">The nodes form a circle.</exception>
    public readonly TreeNode* Walk(int tree, double* features)
    {
        TreeNode* all = Nodes.Pointer;
        TreeNode* node = all + Roots.Pointer[tree];
        for (long left = Nodes.Length; left >= 0; left--)
        {
            if (node->Mode == TreeMode.Leaf)
            {
                return node;
            }

            double value = features[node->Feature];
            bool holds = node->Mode switch
            {
                TreeMode.LessOrEqual => value <= node->Threshold,
                TreeMode.Less => value < node->Threshold,
                TreeMode.GreaterOrEqual => value >= node->Threshold,
                TreeMode.Greater => value > node->Threshold,
                TreeMode.Equal => value == node->Threshold,
                TreeMode.NotEqual => value != node->Threshold,
                _ => IsMember(value, (long)node->Threshold),
            };
            node = all + (holds || (node->MissingIsTrue && double.IsNaN(value)) ? node->True : node->False);
        }

        throw new KernelException($"Tree {tree} has a circle.");
    }

    /// <summary>Results of all trees for one example.</summary>
    /// <param name="features">The example.</param>
    /// <param name="aggregate">How results become one.</param>
    /// <param name="scores">Gets one for each target; 0 where no leaf has one.</param>
    /// <param name="scored">Gets which targets a leaf has.</param>
    public readonly void Evaluate(double* features, TreeAggregate aggregate, Span<double> scores, Span<bool> scored)
    {
        scores.Clear();
        scored.Clear();
        for (int tree = 0; tree < Roots.Length; tree++)
        {
            TreeNode* leaf = Walk(tree, features);
            for (int i = leaf->True; i < leaf->True + leaf->False; i++)
            {
                TreeWeight weight = Weights.Pointer[i];
                ref double score = ref scores[weight.Target];
                score = aggregate switch
                {
                    TreeAggregate.Min => scored[weight.Target] ? Math.Min(score, weight.Value) : weight.Value,
                    TreeAggregate.Max => scored[weight.Target] ? Math.Max(score, weight.Value) : weight.Value,
                    _ => score + weight.Value,
                };
                scored[weight.Target] = true;
            }
        }

        if (aggregate == TreeAggregate.Average)
        {
            foreach (ref double score in scores)
            {
                score /= Roots.Length;
            }
        }
    }

    /// <summary>Throws where a node points outside of the arrays or asks for a feature that the examples lack.</summary>
    /// <exception cref="KernelException">It does.</exception>
    public readonly void Check(long columns, long targets)
    {
        for (int i = 0; i < Nodes.Length; i++)
        {
            TreeNode node = Nodes.Pointer[i];
            bool fits = node.Mode == TreeMode.Leaf
                ? node.True >= 0 && node.False >= 0 && (long)node.True + node.False <= Weights.Length
                : (uint)node.True < Nodes.Length && (uint)node.False < Nodes.Length && node.Feature >= 0 && node.Feature < columns;
            if (!fits)
            {
                throw new KernelException($"Node {i} of a tree ensemble, {node.Mode} of feature {node.Feature} with the children {node.True} and {node.False}, does not fit {Nodes.Length} nodes and {columns} features.");
            }
        }

        for (int i = 0; i < Weights.Length; i++)
        {
            if (Weights.Pointer[i].Target < 0 || Weights.Pointer[i].Target >= targets)
            {
                throw new KernelException($"A leaf of a tree ensemble has the target {Weights.Pointer[i].Target}, and there are {targets}.");
            }
        }

        foreach (int root in Roots.Span)
        {
            if ((uint)root >= Nodes.Length)
            {
                throw new KernelException($"A tree starts at node {root}, and there are {Nodes.Length}.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Nodes.Dispose();
        Weights.Dispose();
        Roots.Dispose();
        Members.Dispose();
    }

    private readonly bool IsMember(double value, long start)
    {
        for (long i = start; i < Members.Length && !double.IsNaN(Members.Pointer[i]); i++)
        {
            if (Members.Pointer[i] == value)
            {
                return true;
            }
        }

        return false;
    }
}
