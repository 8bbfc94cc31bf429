using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset;

/// <summary>Raises the nodes of ONNX's own operator set to one version.</summary>
/// <param name="model">The model, without functions.</param>
/// <param name="versions">Versions of nodes that differ from the model's.</param>
/// <param name="entries">Gets what was changed.</param>
internal sealed class OpsetRaiser(Model model, IReadOnlyDictionary<Node, long> versions, List<PassEntry> entries)
{
    public void Run()
    {
        long own = model.OpsetImports.TryGetValue("", out long imported) ? imported : 1;
        long target = versions.Values.Append(own).Append(Normalize.TargetOpset).Max();
        if (target > Normalize.TargetOpset)
        {
            entries.Add(new PassEntry(model.Graph.Name, false, $"Operator set {target} is newer than {Normalize.TargetOpset} and stays."));
        }

        if (own < target || versions.Values.Any(v => v < target))
        {
            var names = new NameAllocator(model.Graph);
            KnownTypes types = KnownTypes.Of(model, versions.Values.All(v => v == own));
            foreach (Graph graph in model.Graph.AllGraphs().ToArray())
            {
                Raise(graph, own, target, names, types);
            }
        }

        if (own < target)
        {
            entries.Add(new PassEntry(model.Graph.Name, true, $"Raised from operator set {own} to {target}."));
        }

        model.OpsetImports[""] = target;
    }

    private void Raise(Graph graph, long own, long target, NameAllocator names, KnownTypes types)
    {
        var nodes = new List<Node>(graph.Nodes.Count);
        foreach (Node node in graph.Nodes)
        {
            long version = versions.TryGetValue(node, out long inlined) ? inlined : own;
            if (node.Domain.Length > 0 || version >= target)
            {
                nodes.Add(node);
                continue;
            }

            if (version < 6)
            {
                // A hint for in-place computation that version 6 dropped everywhere.
                node.Attributes.Remove("consumed_inputs");
            }

            nodes.AddRange(Raise(graph, node, version, target, names, types));
        }

        graph.Nodes.Clear();
        graph.Nodes.AddRange(nodes);
    }

    private IEnumerable<Node> Raise(Graph graph, Node node, long version, long target, NameAllocator names, KnownTypes types)
    {
        var context = new AdapterContext(graph, node, names, types) { Version = version };
        while (!context.IsReplaced && NextChange(node.OpType, context.Version, target) is { } change)
        {
            string name = node.DisplayName;
            context.Version = Math.Max(context.Version, change.Version - 1);
            change.Adapter.Apply(context);
            entries.Add(new PassEntry(name, true, $"Adapted to operator set {change.Version}."));
            context.Version = change.Version;
        }

        return context.Result;
    }

    private static (int Version, IOpsetAdapter Adapter)? NextChange(string opType, long version, long target)
    {
        if (OpsetAdapters.ByOperator.TryGetValue(opType, out (int Version, IOpsetAdapter Adapter)[]? changes))
        {
            foreach ((int Version, IOpsetAdapter Adapter) change in changes)
            {
                if (change.Version > version && change.Version <= target)
                {
                    return change;
                }
            }
        }

        return null;
    }
}
