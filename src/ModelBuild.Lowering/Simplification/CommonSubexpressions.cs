using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ModelBuild.Graphs;
using ModelBuild.Lowering.Operators;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Simplification;

/// <summary>Computes what several nodes of a graph compute alike only once.</summary>
internal sealed class CommonSubexpressions : IPass
{
    /// <inheritdoc/>
    public string Name => "CommonSubexpressions";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        foreach (Graph graph in model.Graph.AllGraphs())
        {
            var replaced = new Dictionary<Value, Value>(ReferenceEqualityComparer.Instance);
            var known = new Dictionary<string, Node>(StringComparer.Ordinal);
            var outputs = new HashSet<Value>(graph.Outputs, ReferenceEqualityComparer.Instance);
            var removed = new HashSet<Node>(ReferenceEqualityComparer.Instance);
            foreach (Node node in graph.Nodes)
            {
                for (int i = 0; i < node.Inputs.Count; i++)
                {
                    node.Inputs[i] = node.Inputs[i] is { } input && replaced.TryGetValue(input, out Value? other) ? other : node.Inputs[i];
                }

                if (KeyOf(node) is not { } key || node.Outputs.Any(o => o is not null && outputs.Contains(o)))
                {
                    continue;
                }

                if (!known.TryAdd(key, node) && known[key] is { } first && first.Outputs.Count == node.Outputs.Count && node.Outputs.Zip(first.Outputs).All(p => p.First is null == p.Second is null))
                {
                    foreach ((Value? mine, Value? theirs) in node.Outputs.Zip(first.Outputs))
                    {
                        if (mine is not null)
                        {
                            replaced.Add(mine, theirs!);
                        }
                    }

                    removed.Add(node);
                    entries.Add(new PassEntry(node.DisplayName, true, $"{first.DisplayName} computes the same."));
                }
            }

            graph.Nodes.RemoveAll(removed.Contains);
            ReplaceInside(graph, replaced);
        }

        return new PassResult(Name, entries);
    }

    // Graphs nested in nodes read values of this one.
    private static void ReplaceInside(Graph graph, Dictionary<Value, Value> replaced)
    {
        if (replaced.Count == 0)
        {
            return;
        }

        foreach (Graph inner in graph.AllGraphs())
        {
            foreach (Node node in inner.Nodes)
            {
                for (int i = 0; i < node.Inputs.Count; i++)
                {
                    node.Inputs[i] = node.Inputs[i] is { } input && replaced.TryGetValue(input, out Value? other) ? other : node.Inputs[i];
                }
            }

            for (int i = 0; i < inner.Outputs.Count; i++)
            {
                inner.Outputs[i] = replaced.TryGetValue(inner.Outputs[i], out Value? other) ? other : inner.Outputs[i];
            }
        }
    }

    private static string? KeyOf(Node node)
    {
        if (node.Subgraphs.Any() || !OperatorRunner.IsDeterministic(node) || node.Outputs.Count == 0)
        {
            return null;
        }

        var key = new StringBuilder(node.Domain).Append('.').Append(node.OpType);
        foreach (Value? input in node.Inputs)
        {
            key.Append('|').Append(input is null ? "" : RuntimeHelpers.GetHashCode(input).ToString(CultureInfo.InvariantCulture)).Append(':').Append(input?.Name);
        }

        foreach ((string name, AttributeValue attribute) in node.Attributes)
        {
            string? text = attribute switch
            {
                IntAttribute i => i.Value.ToString(CultureInfo.InvariantCulture),
                FloatAttribute f => BitConverter.SingleToInt32Bits(f.Value).ToString(CultureInfo.InvariantCulture),
                StringAttribute s => Convert.ToHexString(s.Bytes.Span),
                IntsAttribute i => string.Join(',', i.Values),
                FloatsAttribute f => string.Join(',', f.Values.Select(v => BitConverter.SingleToInt32Bits(v))),
                _ => null,
            };
            if (text is null)
            {
                return null;
            }

            key.Append('|').Append(name).Append('=').Append(text);
        }

        return key.ToString();
    }
}
