using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Softmax over the last dimension.</summary>
internal sealed class Softmax : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SOFTMAX", "LOG_SOFTMAX"];

    public override string OnnxOf(string name) => "Softmax, LogSoftmax";

    public override void Read(NodeReader node)
    {
        Value x = node.In();
        if (node.Name == "LOG_SOFTMAX")
        {
            node.Out(node.B.Add("LogSoftmax", [x], ("axis", -1L)));
            return;
        }

        float beta = node.Options.Float(0);
        node.Out(node.B.Add("Softmax", [beta == 1 ? x : node.B.Add("Mul", [x, node.B.NumberLike(beta, x)])], ("axis", -1L)));
    }
}
