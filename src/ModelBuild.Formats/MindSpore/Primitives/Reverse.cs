using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Axes backwards.</summary>
internal sealed class Reverse : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("ReverseV2", "Slice"), ("ReverseSequence", "ReverseSequence")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        if (call.Primitive == "ReverseSequence")
        {
            return call.Emit("ReverseSequence", [call.Tensor(0), b.Cast(call.Tensor(1), ElementType.Int64)], ("time_axis", call.Int("seq_dim", 2, 0)), ("batch_axis", call.Int("batch_dim", 3, 0)));
        }

        long[] axes = call.Axes("axis", 1);
        long[] Repeat(long value) => [.. Enumerable.Repeat(value, axes.Length)];
        return call.Emit("Slice", [call.Tensor(0), b.Integers(Repeat(-1)), b.Integers(Repeat(long.MinValue)), b.Integers(axes), b.Integers(Repeat(-1))]);
    }
}
