using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Reorders axes.</summary>
internal sealed class Transpose : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["TRANSPOSE"];

    public override string OnnxOf(string name) => "Transpose";

    public override void Read(NodeReader node)
    {
        long[] order = node.Constants(1, "the order of axes");
        int rank = order.Length;
        node.Out(node.B.Add("Transpose", [node.In(0)], ("perm", Array.ConvertAll(order, o => node.Axis(o, rank)))));
    }
}
