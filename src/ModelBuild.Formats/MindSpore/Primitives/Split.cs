using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>A tensor cut along an axis.</summary>
internal sealed class Split : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Split", "Split"), ("SplitTensor", "Split"), ("SplitV", "Split"), ("SplitWithSize", "Split")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        int rank = call.Rank(x);
        bool lateAxis = call.Primitive is "SplitTensor" or "SplitWithSize";
        long axis = call.Int(call.Primitive == "SplitV" ? "split_dim" : lateAxis ? "dim" : "axis", lateAxis ? 2 : 1, 0);
        long[] sizes;
        if (call.Primitive is "SplitV" or "SplitWithSize")
        {
            sizes = call.Ints(call.Primitive == "SplitV" ? "size_splits" : "split_size", 1) ?? [];
        }
        else
        {
            Dimension whole = b.ShapeOf(x)![(int)(axis < 0 ? axis + rank : axis)];
            if (!whole.IsFixed)
            {
                throw new UnsupportedOperatorException("the size of the axis that it cuts is not known");
            }

            long step = call.Primitive == "SplitTensor" ? call.Int("split_size", 1, 1) : whole.Value / Math.Max(1, call.Int("output_num", 2, 1));
            long count = step > 0 ? (whole.Value + step - 1) / step : 0;
            sizes = count is > 0 and <= 4096 ? [.. Enumerable.Range(0, (int)count).Select(i => Math.Min(step, whole.Value - (i * step)))] : [];
        }

        return sizes.Length == 0 ? throw new UnsupportedOperatorException("the sizes of its parts are not known")
            : new MindTuple([.. b.AddMany("Split", [x, b.Integers(sizes)], sizes.Length, ("axis", axis)).Select(v => new MindTensor(v))]);
    }
}
