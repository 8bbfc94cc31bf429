using ModelBuild.Graphs;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Simplification;

/// <summary>Recognises <c>x * clip(x + 3, 0, 6) / 6</c> and <c>clip(x + 3, 0, 6) / 6</c>: HardSwish and HardSigmoid spelled out.</summary>
internal sealed class HardSwishFusion : IPass
{
    /// <inheritdoc/>
    public string Name => "HardSwishFusion";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        foreach (Graph graph in model.Graph.AllGraphs())
        {
            foreach (Node clip in graph.Nodes.Where(n => n is { Domain: "", OpType: "Clip" }).ToList())
            {
                var uses = new GraphUses(model);
                if (!Patterns.IsScalar(clip.Input(1), 0) || !Patterns.IsScalar(clip.Input(2), 6) || Patterns.WithScalar(Patterns.Producer(clip.Input(0), "Add")) is not { Number: 3f } shifted
                    || uses.Only(clip.Output(0)!) is not { Domain: "" } next)
                {
                    continue;
                }

                Value x = shifted.Other;
                Node? product = next.OpType == "Mul" && Other(next, clip.Output(0)!) == x ? next : null;
                Node? sixth = product is null ? next : uses.Only(product.Output(0)!);
                Value before = product is null ? clip.Output(0)! : product.Output(0)!;
                if (!IsSixth(sixth, before))
                {
                    entries.Add(new PassEntry(clip.DisplayName, false, "no division by 6 follows."));
                    continue;
                }

                Value output = sixth!.Output(0)!;
                sixth.SetOutput(0, null);
                var fused = new Node(product is null ? "HardSigmoid" : "HardSwish", [x], [output]) { Name = clip.Name };
                if (product is null)
                {
                    fused.Attributes["alpha"] = new FloatAttribute(1f / 6);
                    fused.Attributes["beta"] = new FloatAttribute(0.5f);
                }

                graph.Nodes[graph.Nodes.IndexOf(sixth)] = fused;
                entries.Add(new PassEntry(clip.DisplayName, true, $"small operators are one {fused.OpType}."));

                // Passes that follow count uses.
                new DeadCodeRemoval().Run(model);
            }
        }

        return new PassResult(Name, entries);
    }

    private static bool IsSixth(Node? node, Value value) => node is { Domain: "" } && node.Input(0) == value
        && ((node.OpType == "Div" && Patterns.IsScalar(node.Input(1), 6)) || (node.OpType == "Mul" && Patterns.IsScalar(node.Input(1), 1d / 6)));

    private static Value? Other(Node node, Value value) => node.Input(0) == value ? node.Input(1) : node.Input(0);
}
