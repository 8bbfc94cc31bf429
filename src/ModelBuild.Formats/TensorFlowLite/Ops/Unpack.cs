using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Takes a tensor apart along an axis, which goes away.</summary>
internal sealed class Unpack : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["UNPACK"];

    public override string OnnxOf(string name) => "Split, Squeeze";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        long axis = node.Options.Int32(1);
        Value[] parts = node.OutputCount == 1 ? [node.In()] : b.AddMany("Split", [node.In()], node.OutputCount, ("axis", axis), ("num_outputs", (long)node.OutputCount));
        for (int i = 0; i < parts.Length; i++)
        {
            node.Out(b.Squeeze(parts[i], axis), i);
        }
    }
}
