using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Takes a tensor apart along an axis, into equal parts or parts of given sizes.</summary>
internal sealed class Split : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SPLIT", "SPLIT_V"];

    public override string OnnxOf(string name) => "Split";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        bool hasSizes = node.Name == "SPLIT_V";
        Value x = node.In(hasSizes ? 0 : 1);
        long axis = node.Constants(hasSizes ? 2 : 0, "the axis") is [var a] ? a : throw node.Damaged("names no axis");
        if (node.OutputCount == 1)
        {
            node.Out(b.Add("Identity", [x]));
            return;
        }

        Value[] parts = hasSizes
            ? b.AddMany("Split", [x, Sizes(node, x, axis)], node.OutputCount, ("axis", axis))
            : b.AddMany("Split", [x], node.OutputCount, ("axis", axis), ("num_outputs", (long)node.OutputCount));
        for (int i = 0; i < parts.Length; i++)
        {
            node.Out(parts[i], i);
        }
    }

    // One size may be -1: what is left.
    private static Value Sizes(NodeReader node, Value x, long axis)
    {
        long[] sizes = node.Constants(1, "the sizes");
        int open = Array.IndexOf(sizes, -1);
        if (open >= 0)
        {
            Shape? shape = node.B.ShapeOf(x);
            Dimension whole = shape is null ? Dimension.Unknown : shape[(int)node.Axis(axis, shape.Rank)];
            sizes[open] = whole.IsFixed ? whole.Value - sizes.Where(s => s >= 0).Sum() : throw NodeReader.Unsupported("a size of -1 needs a known dimension");
        }

        return node.B.Integers(sizes);
    }
}
