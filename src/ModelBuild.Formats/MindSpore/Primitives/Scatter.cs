using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Elements put where indices say.</summary>
internal sealed class Scatter : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("TensorScatterUpdate", "ScatterND"), ("TensorScatterAdd", "ScatterND"), ("ScatterNd", "ConstantOfShape, ScatterND"), ("TensorScatterElements", "ScatterElements")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        switch (call.Primitive)
        {
            case "ScatterNd":
                // Updates of one place add up.
                Value updates = call.Tensor(1);
                long[] shape = call.Ints("shape", 2) ?? throw new UnsupportedOperatorException("its shape is missing");
                Value zeros = b.Add("Expand", [b.NumberLike(0, updates), b.Integers(shape)]);
                return call.Emit("ScatterND", [zeros, b.Cast(call.Tensor(0), ElementType.Int64), updates], ("reduction", "add"));
            case "TensorScatterElements":
                return call.Emit("ScatterElements", [call.Tensor(0), call.Tensor(1), call.Tensor(2)], ("axis", call.Int("axis", 3, 0)), ("reduction", call.Text("reduction", 4, "none")));
            default:
                return call.Emit("ScatterND", [call.Tensor(0), b.Cast(call.Tensor(1), ElementType.Int64), call.Tensor(2)], ("reduction", call.Primitive == "TensorScatterAdd" ? "add" : "none"));
        }
    }
}
