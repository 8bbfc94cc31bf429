using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Reverses the first elements of each sequence.</summary>
internal sealed class ReverseSequence : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["REVERSE_SEQUENCE"];

    public override string OnnxOf(string name) => "ReverseSequence";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        int time = node.Options.Int32(0);
        int batch = node.Options.Int32(1);
        int rank = node.Rank(0);
        if ((uint)time >= (uint)rank || (uint)batch >= (uint)rank || time == batch)
        {
            throw node.Damaged($"names axes {time} and {batch} of {rank}");
        }

        // ONNX has both in the first two places.
        int[] order = [batch, time, .. Enumerable.Range(0, rank).Where(a => a != batch && a != time)];
        Value y = b.Add("ReverseSequence", [b.Transpose(node.In(0), order), node.Int64(1)], ("batch_axis", 0L), ("time_axis", 1L));
        node.Out(b.Transpose(y, [.. Enumerable.Range(0, rank).Select(a => Array.IndexOf(order, a))]));
    }
}
