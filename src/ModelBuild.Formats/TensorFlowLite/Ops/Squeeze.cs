using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Removes dimensions of size 1.</summary>
internal sealed class Squeeze : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SQUEEZE"];

    public override string OnnxOf(string name) => "Squeeze";

    public override void Read(NodeReader node)
    {
        int[] axes = node.Options.Int32s(0);
        node.Out(axes.Length > 0 ? node.B.Squeeze(node.In(), Array.ConvertAll(axes, a => (long)a)) : node.B.Add("Squeeze", [node.In()]));
    }
}
