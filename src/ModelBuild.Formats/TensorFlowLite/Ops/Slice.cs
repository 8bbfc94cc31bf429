using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Part of a tensor by begin and size.</summary>
internal sealed class Slice : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SLICE"];

    public override string OnnxOf(string name) => "Slice";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value begin = node.Int64List(1);
        Value size = node.Int64List(2);
        Value end;
        if (b.IntegersOf(begin) is { } starts && b.IntegersOf(size) is { } sizes && starts.Length == sizes.Length)
        {
            end = b.Integers([.. starts.Zip(sizes, (s, n) => n < 0 ? int.MaxValue : s + n)]);
        }
        else
        {
            Value rest = b.Add("Less", [size, b.Integer(0)]);
            end = b.Add("Where", [rest, b.Integer(int.MaxValue), b.Add("Add", [begin, size])]);
        }

        node.Out(b.Add("Slice", [node.In(0), begin, end]));
    }
}
