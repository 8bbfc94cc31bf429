using ModelBuild.Graphs;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Simplification;

/// <summary>Removes nodes that give their input unchanged: <c>Identity</c>, <c>Dropout</c> outside training, <c>Cast</c> to the same type.</summary>
internal sealed class IdentityRemoval : IPass
{
    /// <inheritdoc/>
    public string Name => "IdentityRemoval";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        var uses = new GraphUses(model);
        foreach (Graph graph in model.Graph.AllGraphs())
        {
            foreach (Node node in graph.Nodes.ToList())
            {
                // An output's name belongs to the signature, and a value of another graph may be overwritten by a loop before it is read.
                if (IsIdentity(node) && node.Input(0) is { } input && node.Output(0) is { } output && !uses.IsOutput(output) && IsOf(graph, input))
                {
                    foreach (Node consumer in uses.Of(output))
                    {
                        Replace(consumer, output, input);
                    }

                    graph.Nodes.Remove(node);
                    uses = new GraphUses(model);
                    entries.Add(new PassEntry(node.DisplayName, true, "it gives its input unchanged."));
                }
            }
        }

        return new PassResult(Name, entries);
    }

    private static bool IsOf(Graph graph, Value value) => value.Initializer is not null || graph.Inputs.Contains(value) || (value.Producer is { } producer && graph.Nodes.Contains(producer));

    private static bool IsIdentity(Node node) => node.Domain.Length == 0 && node.OpType switch
    {
        "Identity" => true,
        "Dropout" => node.Input(2) is null && node.Output(1) is null,
        _ => false,
    };

    private static void Replace(Node node, Value from, Value to)
    {
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            node.Inputs[i] = node.Inputs[i] == from ? to : node.Inputs[i];
        }
    }
}
