using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Subgraphs that operators call.</summary>
internal static class Subgraphs
{
    /// <summary>Adds a subgraph's operators to a graph.</summary>
    /// <param name="node">The operator that calls it.</param>
    /// <param name="index">Number of the subgraph.</param>
    /// <param name="builder">Where they go.</param>
    /// <param name="arguments">Stored forms of its inputs.</param>
    /// <returns>Stored forms of its outputs.</returns>
    public static Value[] Inline(NodeReader node, int index, GraphBuilder builder, IReadOnlyList<Value> arguments)
    {
        TfLiteSubgraph subgraph = node.Reader.State.File.Subgraph(index);
        if (subgraph.Inputs.Length != arguments.Count)
        {
            throw node.Damaged($"passes {arguments.Count} values to graph '{subgraph.Name}' of {subgraph.Inputs.Length} inputs");
        }

        var reader = new SubgraphReader(node.Reader.State, subgraph, builder);
        for (int i = 0; i < arguments.Count; i++)
        {
            reader.Bind(subgraph.Inputs[i], arguments[i]);
        }

        reader.Run();
        return [.. subgraph.Outputs.Select(reader.Stored)];
    }
}
