using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Lowering.Planning;
using ModelBuild.Lowering.Simplification;

namespace ModelBuild.Lowering.Fusion;

/// <summary>Finds the groups of a graph. A group is lowered where its last node stands, so that everything it reads is there.</summary>
internal sealed class GroupPlanner
{
    private readonly Dictionary<Node, NodeGroup> _groups = new(ReferenceEqualityComparer.Instance);

    /// <summary>Looks at a graph.</summary>
    public GroupPlanner(Graph graph, GraphUses uses, PlanBuilder builder)
    {
        var order = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        foreach (Node node in graph.Nodes)
        {
            order.Add(node, order.Count);
        }

        // Attention first: its products would be groups of their own.
        Add(n => AttentionPattern.Match(n, uses, builder));
        Add(n => EpiloguePattern.Match(n, uses, builder));

        void Add(Func<Node, NodeGroup?> match)
        {
            foreach (Node node in graph.Nodes)
            {
                NodeGroup? group = _groups.ContainsKey(node) ? null : match(node);
                if (group is null || !group.Nodes.All(n => order.ContainsKey(n) && !_groups.ContainsKey(n)))
                {
                    continue;
                }

                group = group with { Nodes = [.. group.Nodes.OrderBy(n => order[n])] };
                foreach (Node member in group.Nodes)
                {
                    _groups.Add(member, group);
                }
            }
        }
    }

    /// <summary>The group of a node; a node alone is a group too.</summary>
    public NodeGroup Of(Node node) => _groups.TryGetValue(node, out NodeGroup? group) ? group : new NodeGroup(node);
}
