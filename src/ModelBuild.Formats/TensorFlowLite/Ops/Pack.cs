using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Joins tensors along a new axis.</summary>
internal sealed class Pack : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["PACK"];

    public override string OnnxOf(string name) => "Unsqueeze, Concat";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        long axis = node.Options.Int32(1);
        if (axis < 0)
        {
            axis += node.Rank(0) + 1;
        }

        node.Out(b.Add("Concat", node.All().Select(v => b.Unsqueeze(v, axis)), ("axis", axis)));
    }
}
