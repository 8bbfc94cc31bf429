using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Reverses the order along axes.</summary>
internal sealed class Reverse : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["REVERSE_V2"];

    public override string OnnxOf(string name) => "Slice";

    public override void Read(NodeReader node)
    {
        long[] axes = node.Constants(1, "the axes");
        long[] Each(long value) => [.. Enumerable.Repeat(value, axes.Length)];
        GraphBuilder b = node.B;
        node.Out(b.Add("Slice", [node.In(0), b.Integers(Each(-1)), b.Integers(Each(long.MinValue)), b.Integers(axes), b.Integers(Each(-1))]));
    }
}
