using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Lowering.Expansion.Operators;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Expansion;

/// <summary>Replaces operators by those of ONNX's own set, which have fast kernels. ONNX Runtime's optimizer and exporters write many of them.</summary>
internal sealed class ExpansionPass : IPass
{
    private static readonly IReadOnlyList<IExpansion> s_all =
    [
        new RenamedOperators(),
        new Activations(),
        new FusedProducts(),
        new FusedConvolutions(),
        new SkipNormalizations(),
        new EmbeddingNormalization(),
        new SelfAttention(),
        new HeadAttention(),
        new RotaryPositions(),
        new BlockwiseWeights(),
        new QuantizedOperators(),
        new FlexibleAttention(),
        new FlattenedTrees(),
        new GradientNodes(),
    ];

    private static readonly Dictionary<string, IExpansion> s_byOperator =
        s_all.SelectMany(e => e.OpTypes.Select(o => (Name: $"{e.Domain}.{o}", e))).ToDictionary(p => p.Name, p => p.e, StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "Expansion";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        if (!model.Graph.AllNodes().Any(n => Find(n) is not null))
        {
            return new PassResult(Name, entries);
        }

        InferenceResult types = ShapeInference.Run(model, new InferenceOptions { UseDeclaredTypes = true });
        var names = new NameAllocator(model.Graph);
        foreach (Graph graph in model.Graph.AllGraphs().ToArray())
        {
            var nodes = new List<Node>(graph.Nodes.Count);
            foreach (Node node in graph.Nodes)
            {
                nodes.AddRange(Expand(graph, node, names, types, entries));
            }

            graph.Nodes.Clear();
            graph.Nodes.AddRange(nodes);
        }

        return new PassResult(Name, entries);
    }

    private static IExpansion? Find(Node node) => node.Domain.Length == 0
        ? (node.OpType == SkipNormalizations.Simplified ? new SkipNormalizations() : null)
        : s_byOperator.GetValueOrDefault($"{node.Domain}.{node.OpType}");

    private static List<Node> Expand(Graph graph, Node node, NameAllocator names, InferenceResult types, List<PassEntry> entries)
    {
        if (Find(node) is not { } expansion)
        {
            return [node];
        }

        string name = node.DisplayName;
        var context = new ExpansionContext(graph, node, names, types);
        if (expansion.Expand(context) is { } reason)
        {
            entries.Add(new PassEntry(name, false, reason));
            return [node];
        }

        entries.Add(new PassEntry(name, true, $"as {string.Join(", ", context.Nodes.Where(n => n.OpType != "Identity").Select(n => n.OpType).Distinct())}."));
        return context.Nodes;
    }
}
