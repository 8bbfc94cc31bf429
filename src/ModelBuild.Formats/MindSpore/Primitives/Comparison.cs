using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Comparisons of two tensors.</summary>
internal sealed class Comparison : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } =
        [("Equal", "Equal"), ("NotEqual", "Equal, Not"), ("Greater", "Greater"), ("GreaterEqual", "GreaterOrEqual"), ("Less", "Less"), ("LessEqual", "LessOrEqual")];

    public override MindValue Read(PrimitiveCall call)
    {
        (Value x, Value y) = Binary.Operands(call);
        return call.Primitive switch
        {
            "NotEqual" => call.Emit("Not", [call.Builder.Add("Equal", [x, y])]),
            "GreaterEqual" => call.Emit("GreaterOrEqual", [x, y]),
            "LessEqual" => call.Emit("LessOrEqual", [x, y]),
            _ => call.Emit(call.Primitive, [x, y]),
        };
    }
}
