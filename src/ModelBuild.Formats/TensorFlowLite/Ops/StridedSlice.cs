using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Part of a tensor by begin, end and step, with TensorFlow's masks: open ends, an ellipsis, new axes, and axes that go away.</summary>
internal sealed class StridedSlice : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["STRIDED_SLICE"];

    public override string OnnxOf(string name) => "Slice, Squeeze, Unsqueeze";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.In(0);
        int entries = node.InputTensor(1).Sizes is [var n] ? n : throw node.Damaged("has a begin that is no list");
        long[] steps = node.Constants(3, "its steps");
        if (steps.Length != entries || entries > 31)
        {
            throw node.Damaged("has lists of different lengths");
        }

        List<Entry> plan = Plan(node, entries, node.Rank(0));
        Entry[] sliced = [.. plan.Where(e => e.Axis >= 0 && (e.Shrinks || !e.OpenBegin || !e.OpenEnd || (e.Index >= 0 && steps[e.Index] != 1)))];
        if (sliced.Length > 0)
        {
            Value begin = Bounds(node, 1, sliced, e => e.OpenBegin && !e.Shrinks ? (steps[e.Index] > 0 ? 0 : int.MaxValue) : null);
            Value end;
            if (b.IntegersOf(begin) is { } starts && sliced.All(e => e.Shrinks))
            {
                // -1 is the last one, behind which there is nothing.
                end = b.Integers(Array.ConvertAll(starts, s => s == -1 ? int.MaxValue : s + 1));
            }
            else
            {
                end = Bounds(node, 2, sliced, e => e.Shrinks || e.OpenEnd ? (steps[e.Index] > 0 || e.Shrinks ? int.MaxValue : -int.MaxValue) : null);
                end = node.Options.Bool(5) ? b.Add("Add", [end, begin]) : end;
            }

            x = b.Add("Slice", [x, begin, end, b.Integers([.. sliced.Select(e => (long)e.Axis)]), b.Integers([.. sliced.Select(e => e.Shrinks ? 1 : steps[e.Index])])]);

            // An axis that goes away keeps its first element, whatever stands in end.
            long[] shrunk = [.. sliced.Where(e => e.Shrinks).Select(e => (long)e.Axis)];
            if (shrunk.Length > 0)
            {
                x = b.Add("Slice", [x, b.Integers(new long[shrunk.Length]), b.Integers([.. shrunk.Select(_ => 1L)]), b.Integers(shrunk)]);
                x = b.Squeeze(x, shrunk);
            }
        }

        // Places of the new axes in the result.
        long place = 0;
        List<long> fresh = [];
        foreach (Entry e in plan)
        {
            if (e.IsNew)
            {
                fresh.Add(place);
            }

            place += e.Shrinks ? 0 : 1;
        }

        x = fresh.Count > 0 ? b.Unsqueeze(x, [.. fresh]) : x;
        node.Out(ReferenceEquals(x, node.In(0)) ? b.Add("Identity", [x]) : x);
    }

    private static List<Entry> Plan(NodeReader node, int entries, int rank)
    {
        int beginMask = node.Options.Int32(0);
        int endMask = node.Options.Int32(1);
        int ellipsis = node.Options.Int32(2);
        int newAxes = node.Options.Int32(3);
        int shrink = node.Options.Int32(4);
        int used = Enumerable.Range(0, entries).Count(i => ((ellipsis | newAxes) >> i & 1) == 0);
        var plan = new List<Entry>();
        int axis = 0;
        for (int i = 0; i < entries; i++)
        {
            if ((ellipsis >> i & 1) != 0)
            {
                for (int k = 0; k < rank - used; k++)
                {
                    plan.Add(new Entry(-1, axis++, false, true, true, false));
                }
            }
            else if ((newAxes >> i & 1) != 0)
            {
                plan.Add(new Entry(i, -1, true, true, true, false));
            }
            else
            {
                plan.Add(new Entry(i, axis++, false, (beginMask >> i & 1) != 0, (endMask >> i & 1) != 0, (shrink >> i & 1) != 0));
            }
        }

        while (axis < rank)
        {
            plan.Add(new Entry(-1, axis++, false, true, true, false));
        }

        plan.RemoveAll(e => e.Index < 0 && e.Axis >= rank);
        return axis > rank ? throw node.Damaged("slices more axes than there are") : plan;
    }

    // The list of one bound for the axes that are sliced; fixed where the masks decide.
    private static Value Bounds(NodeReader node, int input, Entry[] sliced, Func<Entry, long?> fixedBound)
    {
        GraphBuilder b = node.B;
        if (node.Known(input) is { } known)
        {
            return b.Integers([.. sliced.Select(e => fixedBound(e) ?? known[e.Index])]);
        }

        Value list = node.Int64List(input);
        IEnumerable<Value> parts = sliced.Select(e => fixedBound(e) is { } bound ? b.Integers(bound) : b.Add("Slice", [list, b.Integers(e.Index), b.Integers(e.Index + 1)]));
        return b.Add("Concat", [.. parts], ("axis", 0L));
    }

    /// <summary>One axis of the input, or a new one.</summary>
    private sealed record Entry(int Index, int Axis, bool IsNew, bool OpenBegin, bool OpenEnd, bool Shrinks);
}
