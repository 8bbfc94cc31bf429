using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 9 dropped the batch dimension and the sequence lengths. The scan over sequences becomes the body of a scan over the batch.</summary>
internal sealed class ScanBatch : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Scan", 9)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        Graph body = node.GetGraph("body") ?? throw context.Fail("it lacks its body");
        if (node.Input(0) is not null)
        {
            throw context.Fail("it has sequence lengths, which newer versions lack");
        }

        Value[] inputs = [.. node.Inputs.Skip(1).OfType<Value>()];
        if (inputs.Length != node.Inputs.Count - 1 || inputs.Length != body.Inputs.Count || inputs.Length == 0)
        {
            throw context.Fail("its inputs do not match its body's");
        }

        var inner = new Node("Scan", Copies(context, body.Inputs), Copies(context, body.Outputs)) { Name = node.Name };
        inner.Attributes["body"] = new GraphAttribute(body);
        inner.Attributes["num_scan_inputs"] = new IntAttribute(node.GetInt("num_scan_inputs"));
        if (node.GetInts("directions") is { } directions)
        {
            inner.Attributes["scan_input_directions"] = new IntsAttribute(directions);
        }

        var outer = new Graph { Name = $"{body.Name}_batch" };
        outer.Inputs.AddRange(inner.Inputs.OfType<Value>());
        outer.Nodes.Add(inner);
        outer.Outputs.AddRange(inner.Outputs.OfType<Value>());
        context.Replace("Scan", inputs, node.Outputs.Count, ("body", new GraphAttribute(outer)), ("num_scan_inputs", new IntAttribute(inputs.Length)));
    }

    private static Value[] Copies(AdapterContext context, List<Value> values) => [.. values.Select(v => new Value(context.Names.Next(v.Name)))];
}
