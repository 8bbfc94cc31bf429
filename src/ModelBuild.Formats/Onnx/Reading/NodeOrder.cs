using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>Brings nodes into topological order, keeping the file's order where it can.</summary>
internal static class NodeOrder
{
    /// <summary>Sorts the nodes of one graph.</summary>
    /// <exception cref="ModelException">Nodes need each other in a circle.</exception>
    public static void Sort(Graph graph, string path)
    {
        var index = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            index.Add(graph.Nodes[i], i);
        }

        var waiting = new int[graph.Nodes.Count];
        var users = new List<int>[graph.Nodes.Count];
        for (int i = 0; i < waiting.Length; i++)
        {
            foreach (int needed in Needed(graph.Nodes[i], index))
            {
                waiting[i]++;
                (users[needed] ??= []).Add(i);
            }
        }

        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < waiting.Length; i++)
        {
            if (waiting[i] == 0)
            {
                ready.Enqueue(i, i);
            }
        }

        var sorted = new List<Node>(waiting.Length);
        while (ready.TryDequeue(out int next, out _))
        {
            sorted.Add(graph.Nodes[next]);
            foreach (int user in users[next] ?? [])
            {
                if (--waiting[user] == 0)
                {
                    ready.Enqueue(user, user);
                }
            }
        }

        if (sorted.Count < waiting.Length)
        {
            Node stuck = graph.Nodes[Array.FindIndex(waiting, w => w > 0)];
            throw new ModelException("MB1009", $"Node {stuck.DisplayName} needs its own result: nodes of graph '{graph.Name}' form a circle.", path);
        }

        graph.Nodes.Clear();
        graph.Nodes.AddRange(sorted);
    }

    private static HashSet<int> Needed(Node node, Dictionary<Node, int> index)
    {
        var needed = new HashSet<int>();
        Add(node.Inputs);
        foreach (Graph graph in node.Subgraphs.SelectMany(g => g.AllGraphs()))
        {
            Add(graph.Outputs);
            foreach (Node inner in graph.Nodes)
            {
                Add(inner.Inputs);
            }
        }

        return needed;

        void Add(IEnumerable<Value?> values)
        {
            foreach (Value? value in values)
            {
                if (value?.Producer is { } producer && index.TryGetValue(producer, out int i))
                {
                    needed.Add(i);
                }
            }
        }
    }
}
