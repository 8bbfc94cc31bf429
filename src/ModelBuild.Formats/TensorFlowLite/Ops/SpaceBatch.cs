using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Blocks of pixels to batches and back.</summary>
internal sealed class SpaceBatch : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"];

    public override string OnnxOf(string name) => "Pad, Reshape, Transpose, Slice";

    public override void Read(NodeReader node)
    {
        long[] blocks = node.Constants(1, "the block sizes");
        if (blocks.Any(v => v < 1) || node.Rank(0) < blocks.Length + 1)
        {
            throw node.Damaged("has block sizes that don't fit its input");
        }

        node.Out(node.Name == "SPACE_TO_BATCH_ND" ? ToBatch(node, blocks) : ToSpace(node, blocks));
    }

    // [N, S.., R..] -> [N, S/b, b, .., R..] -> [b.., N, S/b.., R..] -> [b*N, S/b.., R..]
    private static Value ToBatch(NodeReader node, long[] blocks)
    {
        GraphBuilder b = node.B;
        int rank = node.Rank(0);
        int m = blocks.Length;
        long[] amounts = node.Constants(2, "the paddings");
        var pads = new long[2 * rank];
        for (int i = 0; i < m; i++)
        {
            pads[1 + i] = amounts[2 * i];
            pads[rank + 1 + i] = amounts[(2 * i) + 1];
        }

        Value x = node.In(0);
        if (Array.Exists(pads, p => p != 0))
        {
            x = b.Add("Pad", [x, b.Integers(pads)], ("mode", "constant"));
        }

        Value[] sizes = Sizes(b, x, rank);
        List<Value> open = [sizes[0]];
        for (int i = 0; i < m; i++)
        {
            open.Add(Divide(b, sizes[1 + i], blocks[i]));
            open.Add(b.Integers(blocks[i]));
        }

        open.AddRange(sizes[(1 + m)..]);
        int[] order = [.. Enumerable.Range(0, m).Select(i => 2 + (2 * i)), 0, .. Enumerable.Range(0, m).Select(i => 1 + (2 * i)), .. Enumerable.Range(1 + (2 * m), rank - 1 - m)];
        Value moved = b.Transpose(b.Add("Reshape", [x, Join(b, open)]), order);
        List<Value> closed = [b.Integers(-1), .. Enumerable.Range(0, m).Select(i => Divide(b, sizes[1 + i], blocks[i])), .. sizes[(1 + m)..]];
        return b.Add("Reshape", [moved, Join(b, closed)]);
    }

    // [b*N, S.., R..] -> [b.., N, S.., R..] -> [N, S, b, .., R..] -> [N, S*b.., R..], then cropped
    private static Value ToSpace(NodeReader node, long[] blocks)
    {
        GraphBuilder b = node.B;
        int rank = node.Rank(0);
        int m = blocks.Length;
        long[] crops = node.Constants(2, "the crops");
        Value x = node.In(0);
        Value[] sizes = Sizes(b, x, rank);
        Value opened = b.Add("Reshape", [x, Join(b, [.. blocks.Select(v => b.Integers(v)), b.Integers(-1), .. sizes[1..]])]);
        List<int> order = [m];
        for (int i = 0; i < m; i++)
        {
            order.Add(m + 1 + i);
            order.Add(i);
        }

        order.AddRange(Enumerable.Range((2 * m) + 1, rank - 1 - m));
        Value moved = b.Transpose(opened, [.. order]);
        List<Value> closed = [b.Integers(-1), .. Enumerable.Range(0, m).Select(i => Multiply(b, sizes[1 + i], blocks[i])), .. sizes[(1 + m)..]];
        Value y = b.Add("Reshape", [moved, Join(b, closed)]);
        int[] cropped = [.. Enumerable.Range(0, m).Where(i => crops[2 * i] != 0 || crops[(2 * i) + 1] != 0)];
        return cropped.Length == 0 ? y : b.Add(
            "Slice",
            [
                y,
                b.Integers([.. cropped.Select(i => crops[2 * i])]),
                b.Integers([.. cropped.Select(i => crops[(2 * i) + 1] == 0 ? int.MaxValue : -crops[(2 * i) + 1])]),
                b.Integers([.. cropped.Select(i => i + 1L)]),
            ]);
    }

    private static Value[] Sizes(GraphBuilder b, Value x, int rank)
    {
        Shape? shape = b.ShapeOf(x);
        return [.. Enumerable.Range(0, rank).Select(i => shape is not null && shape[i].IsFixed ? b.Integers(shape[i].Value) : b.Add("Shape", [x], ("start", (long)i), ("end", i + 1L)))];
    }

    private static Value Divide(GraphBuilder b, Value size, long block) => b.IntegersOf(size) is [var known] ? b.Integers(known / block) : b.Add("Div", [size, b.Integers(block)]);

    private static Value Multiply(GraphBuilder b, Value size, long block) => b.IntegersOf(size) is [var known] ? b.Integers(known * block) : b.Add("Mul", [size, b.Integers(block)]);

    private static Value Join(GraphBuilder b, IReadOnlyList<Value> sizes) => sizes.All(s => b.IntegersOf(s) is [_])
        ? b.Integers([.. sizes.Select(s => b.IntegersOf(s)![0])])
        : b.Add("Concat", sizes, ("axis", 0L));
}
