using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Elements of one tensor or the other.</summary>
internal sealed class Select : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Select", "Where"), ("MaskedFill", "Where")];

    public override MindValue Read(PrimitiveCall call)
    {
        if (call.Primitive == "MaskedFill")
        {
            Value x = call.Tensor(0);
            return call.Emit("Where", [call.Tensor(1), call.ToTensor(call.Inputs[2], x), x]);
        }

        return call.Emit("Where", [call.Tensor(0), call.Tensor(1), call.Tensor(2)]);
    }
}
