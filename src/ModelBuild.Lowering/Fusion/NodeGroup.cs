using ModelBuild.Graphs;
using ModelBuild.Kernels;

namespace ModelBuild.Lowering.Fusion;

/// <summary>Nodes that become one step: an anchor, and what follows it and nothing else reads.</summary>
/// <param name="Anchor">The node that gives the group its kind.</param>
internal sealed record NodeGroup(Node Anchor)
{
    /// <summary>All nodes, in the graph's order.</summary>
    public IReadOnlyList<Node> Nodes { get; init; } = [Anchor];

    /// <summary>The value that the group computes.</summary>
    public Value Output => Nodes[^1].Output(0)!;

    /// <summary>Added to the anchor's result: a constant vector over the last (products) or channel (convolutions) dimension.</summary>
    public Value? Bias { get; init; }

    /// <summary>Added after the bias: a value of the result's shape.</summary>
    public Value? Residual { get; init; }

    /// <summary>Applied at the end.</summary>
    public Activation Activation { get; init; }

    /// <summary>The activation's first parameter.</summary>
    public float Alpha { get; init; }

    /// <summary>The activation's second parameter.</summary>
    public float Beta { get; init; }

    /// <summary>The parts of an attention, whose Softmax is the anchor; otherwise null.</summary>
    public AttentionGroup? Attention { get; init; }

    /// <summary>How messages call the group.</summary>
    public string Layer => Nodes.Count == 1 ? Anchor.DisplayName : $"{Anchor.DisplayName} + {string.Join(" + ", Nodes.Where(n => n != Anchor).Select(n => n.OpType))}";
}
