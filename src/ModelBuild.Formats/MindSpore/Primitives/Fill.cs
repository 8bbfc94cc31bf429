using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Tensors of one number.</summary>
internal sealed class Fill : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("OnesLike", "Shape, Expand"), ("ZerosLike", "Shape, Expand"), ("Fill", "Expand"), ("FillV2", "Expand"), ("Ones", "Expand"), ("Zeros", "Expand")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        switch (call.Primitive)
        {
            case "OnesLike" or "ZerosLike":
                Value x = call.Tensor(0);
                return call.Emit("Expand", [b.NumberLike(call.Primitive == "OnesLike" ? 1 : 0, x), b.Add("Shape", [x])]);
            case "Ones" or "Zeros":
                ElementType type = call.Type("dtype", 1) is var given && given != ElementType.Undefined ? given : ElementType.Float32;
                return call.Emit("Expand", [b.Number(call.Primitive == "Ones" ? 1 : 0, type), b.Integers(call.Ints("shape", 0))]);
            case "Fill":
                ElementType of = call.Type("type", 0) is var stated && stated != ElementType.Undefined ? stated : ElementType.Float32;
                return call.Emit("Expand", [b.Number(call.Float("value", 2, 0), of), b.Integers(call.Ints("shape", 1))]);
            default:
                return call.Emit("Expand", [call.Tensor(1), b.Integers(call.Ints("shape", 0))]);
        }
    }
}
