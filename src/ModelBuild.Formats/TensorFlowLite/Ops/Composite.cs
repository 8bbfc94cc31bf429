using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>An operator that a subgraph defines.</summary>
internal sealed class Composite : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["STABLEHLO_COMPOSITE", "CALL"];

    public override string OnnxOf(string name) => "its decomposition";

    public override void Read(NodeReader node)
    {
        int index = node.Name == "CALL" ? node.Options.Int32(0) : node.Options2.Int32(1);
        Value[] results = Subgraphs.Inline(node, index, node.B, [.. Enumerable.Range(0, node.InputCount).Select(node.Stored)]);
        for (int i = 0; i < Math.Min(results.Length, node.OutputCount); i++)
        {
            node.OutStored(results[i], i);
        }
    }
}
