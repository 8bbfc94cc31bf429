using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Overwrites a part of a tensor; the part is moved to lie inside.</summary>
internal sealed class DynamicUpdateSlice : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["DYNAMIC_UPDATE_SLICE"];

    public override string OnnxOf(string name) => "ScatterND";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.In(0);
        Value update = node.In(1);
        Shape? whole = b.ShapeOf(x);
        Shape? part = b.ShapeOf(update);
        if (whole is not { IsFixed: true } || part is not { IsFixed: true } || whole.Rank != part.Rank || part.ElementCount > int.MaxValue / 64 || whole.Rank == 0)
        {
            throw NodeReader.Unsupported("its shapes must be known");
        }

        // Coordinates of the part's elements from its own corner, moved by the clamped start.
        int rank = whole.Rank;
        long[] sizes = part.ToArray();
        long count = part.ElementCount!.Value;
        var places = new long[count * rank];
        for (long i = 0; i < count; i++)
        {
            long rest = i;
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                (rest, places[(i * rank) + axis]) = Math.DivRem(rest, sizes[axis]);
            }
        }

        Value most = b.Integers([.. whole.ToArray().Zip(sizes, (w, p) => Math.Max(0, w - p))]);
        Value start = b.Add("Min", [b.Add("Max", [node.Int64List(2), b.Integer(0)]), most]);
        Value offsets = b.Constant(TensorData.Create<long>(ElementType.Int64, [.. sizes, rank], places));
        node.Out(b.Add("ScatterND", [x, b.Add("Add", [offsets, start]), update]));
    }
}
