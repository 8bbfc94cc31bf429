using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary>Turns <c>Constant</c> nodes that hold weights into initializers, which is where every scheme looks for weights.</summary>
internal static class LiftConstants
{
    /// <summary>Changes the model in place.</summary>
    /// <param name="model">The model.</param>
    /// <param name="minimumBytes">Smaller constants stay nodes: shapes and the like.</param>
    public static void Apply(Model model, long minimumBytes)
    {
        foreach (Graph graph in model.Graph.AllGraphs().ToList())
        {
            HashSet<Node> lifted = new(ReferenceEqualityComparer.Instance);
            foreach (Node node in graph.Nodes)
            {
                if (node is { OpType: "Constant", Domain: "" } && node.Output(0) is { } value && node.GetTensor("value") is { } tensor
                    && tensor.ByteLength >= minimumBytes && tensor.ElementType.IsFloat() && !graph.Outputs.Contains(value))
                {
                    node.SetOutput(0, null);
                    value.Initializer = tensor;
                    value.Type = new TensorType(tensor.ElementType, Shape.Of(tensor.Dimensions));
                    graph.Initializers.Add(value);
                    lifted.Add(node);
                }
            }

            graph.Nodes.RemoveAll(lifted.Contains);
        }
    }
}
