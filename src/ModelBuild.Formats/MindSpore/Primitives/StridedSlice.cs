using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Python's slicing with bit masks: for open begins and ends, an ellipsis, new axes and axes that go.</summary>
internal sealed class StridedSlice : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("StridedSlice", "Slice, Squeeze, Unsqueeze")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        int rank = call.Rank(x);
        long[] begin = call.Ints("begin", 1) ?? [];
        long[] end = call.Ints("end", 2) ?? [];
        long[] strides = call.Ints("strides", 3) ?? [.. begin.Select(_ => 1L)];
        if (begin.Length != end.Length || begin.Length != strides.Length || begin.Length > 32)
        {
            throw new UnsupportedOperatorException("begin, end and strides differ in length");
        }

        bool Bit(string name, int index, int bit) => ((call.Int(name, index, 0) >> bit) & 1) != 0;
        int added = Enumerable.Range(0, begin.Length).Count(i => Bit("new_axis_mask", 7, i));
        var starts = new List<long>();
        var ends = new List<long>();
        var steps = new List<long>();
        var axes = new List<long>();
        var removed = new List<long>();
        var inserted = new List<long>();
        int axis = 0;
        int result = 0;
        for (int i = 0; i < begin.Length; i++)
        {
            if (Bit("ellipsis_mask", 6, i))
            {
                int skipped = rank - (begin.Length - 1 - added);
                axis += skipped;
                result += skipped;
            }
            else if (Bit("new_axis_mask", 7, i))
            {
                inserted.Add(result++);
            }
            else if (Bit("shrink_axis_mask", 8, i))
            {
                axes.Add(axis);
                starts.Add(begin[i]);
                ends.Add(begin[i] == -1 ? long.MaxValue : begin[i] + 1);
                steps.Add(1);
                removed.Add(axis++);
            }
            else
            {
                bool isBack = strides[i] < 0;
                axes.Add(axis++);
                starts.Add(Bit("begin_mask", 4, i) ? (isBack ? long.MaxValue : 0) : begin[i]);
                ends.Add(Bit("end_mask", 5, i) ? (isBack ? long.MinValue : long.MaxValue) : end[i]);
                steps.Add(strides[i]);
                result++;
            }
        }

        Value y = axes.Count > 0 ? b.Add("Slice", [x, b.Integers([.. starts]), b.Integers([.. ends]), b.Integers([.. axes]), b.Integers([.. steps])]) : x;
        y = removed.Count > 0 ? b.Squeeze(y, [.. removed]) : y;
        return new MindTensor(inserted.Count > 0 ? b.Unsqueeze(y, [.. inserted]) : y);
    }
}
