using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Lowering.Operators;
using ModelBuild.Lowering.Rules;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Simplification;

/// <summary>Computes nodes whose inputs are all constant with the operators that would run them, and reads off sizes that are fixed.</summary>
internal sealed class ConstantFolding : IPass
{
    /// <summary>Results larger than this, and larger than the inputs, are left to the run time.</summary>
    private const long MaxGrowth = 1 << 20;

    /// <inheritdoc/>
    public string Name => "ConstantFolding";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        InferenceResult types = ShapeInference.Run(model, new InferenceOptions { UseDeclaredTypes = false });
        foreach (Graph graph in model.Graph.AllGraphs())
        {
            var folded = new HashSet<Node>(ReferenceEqualityComparer.Instance);
            foreach (Node node in graph.Nodes)
            {
                if (TryFold(model, graph, node, types) is { } reason)
                {
                    entries.Add(new PassEntry(node.DisplayName, true, reason));
                    folded.Add(node);
                }
            }

            graph.Nodes.RemoveAll(folded.Contains);
        }

        return new PassResult(Name, entries);
    }

    private static string? TryFold(Model model, Graph graph, Node node, InferenceResult types)
    {
        if (node is { Domain: "", OpType: "Constant" } && node.Output(0) is { } constant && ConstantRule.ContentOf(node) is { } content)
        {
            SetContent(graph, constant, content);
            return "a constant is a weight.";
        }

        if (node is { Domain: "", OpType: "Shape" } && node.Output(0) is { } sizes && node.Input(0) is { } measured
            && types.TypeOf(measured) is TensorType { Shape: { IsFixed: true } shape } && node.Attributes.Count == 0)
        {
            SetContent(graph, sizes, TensorData.Int64s(shape.ToArray()));
            return "the sizes are fixed.";
        }

        bool isConstant = node.Inputs.Count > 0 && node.Inputs.TrueForAll(i => i is null || (i.Initializer is not null && !model.Graph.Inputs.Contains(i)));
        if (!isConstant || node.Subgraphs.Any() || OperatorLowering.Refuse(node) is not null || !OperatorRunner.IsDeterministic(node) || TooLarge(node, types))
        {
            return null;
        }

        if (OperatorRunner.TryRun(node, model.OpsetImports.GetValueOrDefault(node.Domain)) is not { } results)
        {
            return null;
        }

        for (int i = 0; i < results.Length; i++)
        {
            if (node.Output(i) is { } output)
            {
                SetContent(graph, output, results[i]!);
            }
        }

        return "its inputs are constant.";
    }

    private static bool TooLarge(Node node, InferenceResult types)
    {
        long inputs = node.Inputs.Sum(i => i?.Initializer?.ByteLength ?? 0);
        long outputs = 0;
        foreach (Value? output in node.Outputs)
        {
            if (output is null)
            {
                continue;
            }

            if (types.TypeOf(output) is not TensorType { Shape: { IsFixed: true } shape } type)
            {
                return true;
            }

            try
            {
                outputs = checked(outputs + type.ElementType.ByteSize(shape.ElementCount!.Value));
            }
            catch (OverflowException)
            {
                return true;
            }
        }

        return outputs > Math.Max(inputs, MaxGrowth);
    }

    private static void SetContent(Graph graph, Value value, TensorData data)
    {
        value.Producer?.SetOutput(value.Producer.Outputs.ToList().IndexOf(value), null);
        value.Initializer = data;
        value.Type = new TensorType(data.ElementType, Shape.Of(data.Dimensions));
        graph.Initializers.Add(value);
    }
}
