using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Product of matrices in the last two dimensions.</summary>
internal sealed class BatchMatMul : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["BATCH_MATMUL"];

    public override string OnnxOf(string name) => "MatMul";

    public override void Read(NodeReader node)
    {
        Value x = Swapped(node, 0, node.Options.Bool(0));
        Value y = Swapped(node, 1, node.Options.Bool(1));
        node.Out(node.B.Add("MatMul", [x, y]));
    }

    private static Value Swapped(NodeReader node, int index, bool swap)
    {
        if (!swap)
        {
            return node.In(index);
        }

        int[] order = [.. Enumerable.Range(0, node.Rank(index))];
        (order[^1], order[^2]) = (order[^2], order[^1]);
        return node.Weights(index, order);
    }
}
