using ModelBuild.Graphs;
using ModelBuild.Lowering.ControlFlow;
using ModelBuild.Lowering.Operators;
using ModelBuild.Lowering.Planning;
using ModelBuild.Lowering.Rules;

namespace ModelBuild.Lowering;

/// <summary>What rules see while a model is lowered.</summary>
internal sealed class LoweringContext(PlanBuilder builder, Model model, LoweringOptions options)
{
    /// <summary>Receives values and calls.</summary>
    public PlanBuilder Builder { get; } = builder;

    /// <summary>The whole model.</summary>
    public Model Model { get; } = model;

    /// <summary>How to lower.</summary>
    public LoweringOptions Options { get; } = options;

    /// <summary>Layouts of values other than row-major.</summary>
    public BlockedValues Blocked { get; } = new();

    /// <summary>Lowers nodes in order. Readers bound the depth of nesting.</summary>
    public void LowerNodes(Graph graph)
    {
        foreach (Node node in graph.Nodes)
        {
            if (ControlFlowLowering.Handles(node))
            {
                Flush(OuterValues(node));
                ControlFlowLowering.Lower(this, node);
            }
            else if (!Options.UseRules || !LoweringRules.TryLower(this, node))
            {
                Flush(node.Inputs);
                OperatorLowering.Lower(this, node);
            }
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
