using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Non-maximum suppression: boxes [n, 4], scores [n], most boxes, overlap and score limits; results are padded with zeros.</summary>
internal sealed class NonMaxSuppression : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5"];

    public override string OnnxOf(string name) => "NonMaxSuppression, Gather, Pad";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        bool isSoft = node.Name == "NON_MAX_SUPPRESSION_V5";
        if (isSoft && !(b.ConstantOf(node.In(5)) is { ElementCount: 1 } sigma && sigma.ToFloat32().As<float>()[0] == 0))
        {
            throw NodeReader.Unsupported("its sigma is not 0; only hard suppression can be read");
        }

        Value most = node.Int64List(2);
        Value selected = b.Add(
            "NonMaxSuppression",
            [b.Unsqueeze(node.In(0), 0), b.Unsqueeze(node.In(1), 0, 1), most, b.Reshape(node.In(3), 1), b.Reshape(node.In(4), 1)]);
        Value indices = b.Add("Gather", [selected, b.Integer(2)], ("axis", 1L));
        Value count = b.Add("Shape", [indices]);
        Value pads = b.Add("Concat", [b.Integers(0), b.Add("Sub", [most, count])], ("axis", 0L));
        node.Out(b.Cast(b.Add("Pad", [indices, pads]), ElementType.Int32), 0);
        if (isSoft)
        {
            node.Out(b.Add("Pad", [b.Add("Gather", [node.In(1), indices]), pads]), 1);
        }

        node.Out(b.Cast(b.Reshape(count), ElementType.Int32), isSoft ? 2 : 1);
    }
}
