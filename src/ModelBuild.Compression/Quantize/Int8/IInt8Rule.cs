using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary>How int8 treats the weights of one family of operators. Stateless; one file each, and one line in <see cref="Int8Rules.All"/>.</summary>
internal interface IInt8Rule
{
    /// <summary>Whether input <paramref name="index"/> of the node is a weight of this family.</summary>
    bool IsWeight(Node node, int index, TensorData weight);

    /// <summary>Which elements of the weight share a scale.</summary>
    ChannelLayout Layout(Node node, int index, TensorData weight);

    /// <summary>What the node runs as after <see cref="Rewrite"/>, or null when it always computes in float with expanded weights.</summary>
    string? RunsAs { get; }

    /// <summary>Why this node can't be rewritten although the family can, or null.</summary>
    string? WhyNot(Node node, int index, TensorData weight);

    /// <summary>Whether the rewritten node rounds its activations, as integer arithmetic needs.</summary>
    bool RoundsActivations { get; }

    /// <summary>Puts nodes in place of <paramref name="node"/> that read the integers.</summary>
    void Rewrite(Node node, StoredWeight weight, GraphEditor editor);
}

/// <summary>A weight in its stored form.</summary>
/// <param name="Integers">The signed 8-bit integers.</param>
/// <param name="Scales">Their scales, of a shape that broadcasts to the integers'.</param>
internal sealed record StoredWeight(Value Integers, Value Scales);

/// <summary>The families that int8 knows.</summary>
internal static class Int8Rules
{
    /// <summary>Every rule.</summary>
    public static IReadOnlyList<IInt8Rule> All { get; } = [new MatMulRule(), new GemmRule(), new ConvRule(), new GatherRule(), new RecurrentRule()];

    /// <summary>The rule for a use of a weight, or null.</summary>
    public static IInt8Rule? For(Node node, int index, TensorData weight) => node.Domain.Length > 0 ? null : All.FirstOrDefault(r => r.IsWeight(node, index, weight));
}
