namespace ModelBuild.Kernels;

/// <summary>A tree ensemble with its memory.</summary>
internal unsafe ref struct TreeForestMemory(long nodes, long weights, long roots, long members) : IDisposable
{
    /// <summary>All nodes.</summary>
    public NativeBuffer<TreeNode> Nodes = new(nodes);

    /// <summary>The leaves' weights.</summary>
    public NativeBuffer<TreeWeight> Weights = new(weights);

    /// <summary>The first node of each tree.</summary>
    public NativeBuffer<int> Roots = new(roots);

    /// <summary>Sets that nodes ask for.</summary>
    public NativeBuffer<double> Members = new(members);

    /// <summary>The ensemble, valid while this is.</summary>
    public readonly TreeForest Forest => new(Nodes.Pointer, Nodes.Length, Weights.Pointer, Weights.Length, Roots.Pointer, checked((int)Roots.Length), Members.Pointer, Members.Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        Nodes.Dispose();
        Weights.Dispose();
        Roots.Dispose();
        Members.Dispose();
    }
}
