using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Padding with a constant; a table [rank, 2] has the amounts.</summary>
internal sealed class Pad : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["PAD", "PADV2"];

    public override string OnnxOf(string name) => "Pad";

    public override void Read(NodeReader node)
    {
        Value x = node.In(0);
        Value? value = node.Name == "PADV2" ? node.In(2) : null;
        if (value is not null && node.B.RankOf(value) is not 0)
        {
            value = node.B.Add("Squeeze", [value]);
        }

        node.Out(node.B.Add("Pad", [x, Amounts(node), value], ("mode", "constant")));
    }

    /// <summary>The amounts in ONNX's order: all before, then all behind.</summary>
    public static Value Amounts(NodeReader node)
    {
        GraphBuilder b = node.B;
        return node.Known(1) is { } pairs
            ? b.Integers([.. pairs.Where((_, i) => i % 2 == 0), .. pairs.Where((_, i) => i % 2 == 1)])
            : b.Reshape(b.Transpose(node.Int64(1), 1, 0), -1);
    }
}
