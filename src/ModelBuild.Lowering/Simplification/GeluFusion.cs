using ModelBuild.Graphs;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Simplification;

/// <summary>Recognises <c>0.5 * x * (1 + erf(x / sqrt(2)))</c> in any order of its factors.</summary>
internal sealed class GeluFusion : IPass
{
    /// <inheritdoc/>
    public string Name => "GeluFusion";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        foreach (Graph graph in model.Graph.AllGraphs())
        {
            foreach (Node erf in graph.Nodes.Where(n => n is { Domain: "", OpType: "Erf" }).ToList())
            {
                var uses = new GraphUses(model);
                if (ScaledInput(erf) is not { } x || uses.Only(erf.Output(0)!) is not { Domain: "", OpType: "Add" } one || Patterns.WithScalar(one) is not { Number: 1f })
                {
                    continue;
                }

                if (Product(uses, one.Output(0)!, x) is not { } last)
                {
                    entries.Add(new PassEntry(erf.DisplayName, false, "the product with the input and one half is not there."));
                    continue;
                }

                Value output = last.Output(0)!;
                last.SetOutput(0, null);
                graph.Nodes[graph.Nodes.IndexOf(last)] = new Node("Gelu", [x], [output]) { Name = erf.Name };
                entries.Add(new PassEntry(erf.DisplayName, true, "small operators are one Gelu."));
            }
        }

        return new PassResult(Name, entries);
    }

    private static Value? ScaledInput(Node erf) =>
        Patterns.Producer(erf.Input(0), "Div") is { } d && Patterns.IsScalar(d.Input(1), Math.Sqrt(2)) ? d.Input(0)
        : Patterns.WithScalar(Patterns.Producer(erf.Input(0), "Mul")) is { } m && Math.Abs(m.Number - Math.Sqrt(0.5)) < 1e-4 ? m.Other
        : null;

    // Follows products until both other factors, x and one half, are found.
    private static Node? Product(GraphUses uses, Value value, Value x)
    {
        bool hasInput = false, hasHalf = false;
        for (Node? node = uses.Only(value); node is { Domain: "", OpType: "Mul" }; node = uses.Only(value))
        {
            Value? other = node.Input(0) == value ? node.Input(1) : node.Input(0);
            if (other == x)
            {
                hasInput = true;
            }
            else if (Patterns.IsScalar(other, 0.5))
            {
                hasHalf = true;
            }
            else if (Patterns.WithScalar(Patterns.Producer(other, "Mul")) is { Number: 0.5f } half && half.Other == x && uses.Only(other!) is not null)
            {
                hasInput = hasHalf = true;
            }
            else
            {
                return null;
            }

            value = node.Output(0)!;
            if (hasInput && hasHalf)
            {
                return node;
            }
        }

        return null;
    }
}
