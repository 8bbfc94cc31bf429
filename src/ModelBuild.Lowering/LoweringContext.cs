using ModelBuild.Graphs;
using ModelBuild.Lowering.ControlFlow;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Operators;
using ModelBuild.Lowering.Planning;
using ModelBuild.Lowering.Rules;
using ModelBuild.Lowering.Simplification;

namespace ModelBuild.Lowering;

/// <summary>What rules see while a model is lowered.</summary>
internal sealed class LoweringContext(PlanBuilder builder, Model model, LoweringOptions options)
{
    private readonly GraphUses _uses = new(model);

    /// <summary>Receives values and calls.</summary>
    public PlanBuilder Builder { get; } = builder;

    /// <summary>The whole model.</summary>
    public Model Model { get; } = model;

    /// <summary>How to lower.</summary>
    public LoweringOptions Options { get; } = options;

    /// <summary>Weights in the layouts of kernels.</summary>
    public PackedWeights Packed { get; } = new();

    /// <summary>Layouts of values other than row-major.</summary>
    public BlockedValues Blocked { get; } = new();

    /// <summary>Lowers nodes in order. Readers bound the depth of nesting.</summary>
    public void LowerNodes(Graph graph)
    {
        var groups = new GroupPlanner(graph, _uses, Builder);
        foreach (Node node in graph.Nodes)
        {
            NodeGroup group = Options.UseRules ? groups.Of(node) : new NodeGroup(node);
            if (group.Nodes[^1] != node)
            {
                continue;
            }

            if (group.Nodes.Count == 1 || !LoweringRules.TryLower(this, group))
            {
                foreach (Node member in group.Nodes)
                {
                    LowerNode(member);
                }
            }
        }
    }

    private void LowerNode(Node node)
    {
        if (ControlFlowLowering.Handles(node))
        {
            Flush(OuterValues(node));
            ControlFlowLowering.Lower(this, node);
        }
        else if ((!Options.UseRules && !LoweringRules.IsAlwaysHandled(node)) || !LoweringRules.TryLower(this, new NodeGroup(node)))
        {
            Flush(node.Inputs);
            OperatorLowering.Lower(this, node);
        }
    }

    /// <summary>Makes sure that values have a row-major form.</summary>
    public void Flush(IEnumerable<Value?> values)
    {
        foreach (Value? value in values)
        {
            if (value is not null)
            {
                Blocked.EnsurePlain(this, value);
            }
        }
    }

    private static IEnumerable<Value?> OuterValues(Node node) =>
        node.Inputs.Concat(node.Subgraphs.SelectMany(g => g.AllGraphs()).SelectMany(g => g.Nodes.SelectMany(n => n.Inputs).Concat(g.Outputs)));
}
