using ModelBuild.Graphs;

namespace ModelBuild.Passes;

/// <summary>Removes nodes whose results nothing uses, and initializers that no node uses. Inputs stay: they are the model's signature.</summary>
public sealed class DeadCodeRemoval : IPass
{
    /// <inheritdoc/>
    public string Name => "DeadCodeRemoval";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        var used = new HashSet<Value>(ReferenceEqualityComparer.Instance);

        // Inner graphs come after outer ones in the list, so the list backwards frees what only dead inner nodes used.
        List<Graph> graphs = [.. model.Graph.AllGraphs()];
        for (int i = graphs.Count - 1; i > 0; i--)
        {
            RemoveNodes(graphs[i], [.. graphs[i].Outputs], entries);
        }

        used.UnionWith(model.Graph.Outputs);
        RemoveNodes(model.Graph, used, entries);

        used.Clear();
        foreach (Graph graph in model.Graph.AllGraphs())
        {
            used.UnionWith(graph.Outputs);
            used.UnionWith(graph.Inputs);
            used.UnionWith(graph.Nodes.SelectMany(n => n.Inputs).OfType<Value>());
        }

        foreach (Graph graph in model.Graph.AllGraphs())
        {
            foreach (Value value in graph.Initializers.Where(i => !used.Contains(i)))
            {
                entries.Add(new PassEntry(value.Name, true, "Nothing uses the initializer."));
                graph.SparseInitializers.Remove(value);
                graph.QuantizationAnnotations.Remove(value.Name);
            }

            graph.Initializers.RemoveAll(i => !used.Contains(i));
        }

        return new PassResult(Name, entries);
    }

    private static void RemoveNodes(Graph graph, HashSet<Value> used, List<PassEntry> entries)
    {
        var kept = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            Node node = graph.Nodes[i];

            // A node without outputs would be there for an effect.
            if (node.Outputs.Any(o => o is not null) && !node.Outputs.Any(o => o is not null && used.Contains(o)))
            {
                entries.Add(new PassEntry(node.DisplayName, true, "Nothing uses its results."));
                continue;
            }

            kept.Add(node);
            used.UnionWith(node.Inputs.OfType<Value>());
            foreach (Graph inner in node.Subgraphs.SelectMany(g => g.AllGraphs()))
            {
                used.UnionWith(inner.Outputs);
                used.UnionWith(inner.Nodes.SelectMany(n => n.Inputs).OfType<Value>());
            }
        }

        graph.Nodes.RemoveAll(n => !kept.Contains(n));
    }
}
