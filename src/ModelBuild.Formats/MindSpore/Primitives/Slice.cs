using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>A block of a tensor: where it begins and how large it is; -1 is to the end.</summary>
internal sealed class Slice : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Slice", "Slice"), ("SliceExt", "Slice")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        if (call.Primitive == "SliceExt")
        {
            return call.Emit("Slice", [x, b.Integers(call.Int("start", 2, 0)), b.Integers(call.Int("end", 3, long.MaxValue)), b.Integers(call.Int("dim", 1, 0)), b.Integers(call.Int("step", 4, 1))]);
        }

        long[] begin = call.Ints("begin", 1) ?? [];
        long[] size = call.Ints("size", 2) ?? [];
        long[] end = [.. begin.Zip(size, (s, n) => n < 0 ? long.MaxValue : s + n)];
        return call.Emit("Slice", [x, b.Integers(begin), b.Integers(end), b.Integers([.. Enumerable.Range(0, begin.Length).Select(i => (long)i)])]);
    }
}
