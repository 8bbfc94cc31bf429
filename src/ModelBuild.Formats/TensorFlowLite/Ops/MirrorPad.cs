using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Padding with the tensor's own elements, mirrored with (SYMMETRIC) or without the edge.</summary>
internal sealed class MirrorPad : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["MIRROR_PAD"];

    public override string OnnxOf(string name) => "Pad, Gather";

    private const int Symmetric = 1;

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.In(0);
        if (node.Options.SByte(0) != Symmetric)
        {
            node.Out(b.Add("Pad", [x, Pad.Amounts(node)], ("mode", "reflect")));
            return;
        }

        long[] pairs = node.Constants(1, "the amounts of symmetric padding");
        Shape shape = b.ShapeOf(x) ?? throw NodeReader.Unsupported("symmetric padding needs a known shape");
        for (int axis = 0; axis < pairs.Length / 2; axis++)
        {
            (long before, long behind) = (pairs[2 * axis], pairs[(2 * axis) + 1]);
            if (before == 0 && behind == 0)
            {
                continue;
            }

            long size = shape[axis].IsFixed ? shape[axis].Value : throw NodeReader.Unsupported("symmetric padding needs a known shape");
            if (before < 0 || behind < 0 || before > size || behind > size)
            {
                throw node.Damaged("mirrors more than there is");
            }

            long[] indices = [.. Enumerable.Range(0, (int)before).Select(i => before - 1 - i), .. Enumerable.Range(0, (int)size).Select(i => (long)i), .. Enumerable.Range(0, (int)behind).Select(i => size - 1 - i)];
            x = b.Add("Gather", [x, b.Integers(indices)], ("axis", (long)axis));
        }

        node.Out(ReferenceEquals(x, node.In(0)) ? b.Add("Identity", [x]) : x);
    }
}
