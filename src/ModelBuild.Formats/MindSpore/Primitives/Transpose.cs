using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Axes in another order.</summary>
internal sealed class Transpose : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Transpose", "Transpose"), ("TransposeExtView", "Transpose")];

    public override MindValue Read(PrimitiveCall call)
    {
        Value x = call.Tensor(0);
        if (call.Primitive == "TransposeExtView")
        {
            int rank = call.Rank(x);
            long[] order = [.. Enumerable.Range(0, rank).Select(i => (long)i)];
            int first = (int)((call.Int("dim0", 1, 0) + rank) % rank);
            int second = (int)((call.Int("dim1", 2, 0) + rank) % rank);
            (order[first], order[second]) = (order[second], order[first]);
            return call.Emit("Transpose", [x], ("perm", order));
        }

        long[] perm = call.Ints("perm", 1) ?? call.Ints("input_perm") ?? throw new UnsupportedOperatorException("its order of axes is missing");
        return call.Emit("Transpose", [x], ("perm", perm.Select(p => p < 0 ? p + perm.Length : p).ToArray()));
    }
}
