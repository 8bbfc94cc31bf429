using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>How the trees' results become one.</summary>
internal enum TreeAggregate
{
    Average = 0,
    Sum = 1,
    Min = 2,
    Max = 3,
}

/// <summary>A tree ensemble in flat arrays, in memory that somebody else keeps.</summary>
/// <param name="nodes">All nodes.</param>
/// <param name="nodeCount">How many there are.</param>
/// <param name="weights">The leaves' weights.</param>
/// <param name="weightCount">How many there are.</param>
/// <param name="roots">The first node of each tree.</param>
/// <param name="rootCount">How many trees there are.</param>
/// <param name="members">Sets that <see cref="TreeMode.Member"/> asks for, each ending with a number that is not one. The node's threshold is the place of its set.</param>
/// <param name="memberCount">How many numbers there are.</param>
internal readonly unsafe struct TreeForest(TreeNode* nodes, long nodeCount, TreeWeight* weights, long weightCount, int* roots, int rootCount, double* members, long memberCount)
{
    /// <summary>The leaves' weights.</summary>
    public ReadOnlySpan<TreeWeight> Weights => new(weights, checked((int)weightCount));

    /// <summary>The leaf of a tree that an example reaches.</summary>
    /// <exception cref="KernelException">The nodes form a circle.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TreeNode* Walk(int tree, double* features)
    {
        TreeNode* node = nodes + roots[tree];
        for (long left = nodeCount; left >= 0; left--)
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
            node = nodes + (holds || (node->MissingIsTrue && double.IsNaN(value)) ? node->True : node->False);
        }

        throw new KernelException($"Tree {tree} has a circle.");
    }

    /// <summary>Results of all trees for one example.</summary>
    /// <param name="features">The example.</param>
    /// <param name="aggregate">How results become one.</param>
    /// <param name="scores">Gets one for each target; 0 where no leaf has one.</param>
    /// <param name="scored">Gets which targets a leaf has.</param>
    public void Evaluate(double* features, TreeAggregate aggregate, Span<double> scores, Span<bool> scored)
    {
        scores.Clear();
        scored.Clear();
        for (int tree = 0; tree < rootCount; tree++)
        {
            TreeNode* leaf = Walk(tree, features);
            for (int i = leaf->True; i < leaf->True + leaf->False; i++)
            {
                TreeWeight weight = weights[i];
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
                score /= rootCount;
            }
        }
    }

    /// <summary>Throws where a node points outside of the arrays or asks for a feature that the examples lack.</summary>
    /// <exception cref="KernelException">It does.</exception>
    public void Check(long columns, long targets)
    {
        for (int i = 0; i < nodeCount; i++)
        {
            TreeNode node = nodes[i];
            bool fits = node.Mode == TreeMode.Leaf
                ? node.True >= 0 && node.False >= 0 && (long)node.True + node.False <= weightCount
                : (uint)node.True < nodeCount && (uint)node.False < nodeCount && node.Feature >= 0 && node.Feature < columns;
            if (!fits)
            {
                throw new KernelException($"Node {i} of a tree ensemble, {node.Mode} of feature {node.Feature} with the children {node.True} and {node.False}, does not fit {nodeCount} nodes and {columns} features.");
            }
        }

        for (int i = 0; i < weightCount; i++)
        {
            if (weights[i].Target < 0 || weights[i].Target >= targets)
            {
                throw new KernelException($"A leaf of a tree ensemble has the target {weights[i].Target}, and there are {targets}.");
            }
        }

        foreach (int root in new ReadOnlySpan<int>(roots, rootCount))
        {
            if ((uint)root >= nodeCount)
            {
                throw new KernelException($"A tree starts at node {root}, and there are {nodeCount}.");
            }
        }
    }

    private bool IsMember(double value, long start)
    {
        for (long i = start; i < memberCount && !double.IsNaN(members[i]); i++)
        {
            if (members[i] == value)
            {
                return true;
            }
        }

        return false;
    }
}
