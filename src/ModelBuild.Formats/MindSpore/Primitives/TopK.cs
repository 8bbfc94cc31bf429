using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>The largest elements of the last axis, and sorting.</summary>
internal sealed class TopK : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("TopK", "TopK"), ("TopkExt", "TopK"), ("Sort", "TopK")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        long axis = call.Primitive switch { "Sort" => call.Int("axis", 1, -1), "TopkExt" => call.Int("dim", 2, -1), _ => -1 };
        bool largest = call.Primitive switch { "Sort" => call.Bool("descending", 2), "TopkExt" => call.Bool("largest", 3, true), _ => true };
        Value count = call.Primitive == "Sort"
            ? b.Add("Gather", [b.Add("Shape", [x]), b.Integers(axis)])
            : b.Reshape(b.Cast(call.Tensor(1), ElementType.Int64), 1);
        Value[] results = b.AddMany("TopK", [x, count], 2, ("axis", axis), ("largest", largest ? 1L : 0L));
        return new MindTuple([new MindTensor(results[0]), new MindTensor(call.Primitive == "TopkExt" ? results[1] : b.Cast(results[1], ElementType.Int32))]);
    }
}
