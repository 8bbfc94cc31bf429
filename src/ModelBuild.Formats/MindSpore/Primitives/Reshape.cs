using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Other dimensions for the same elements.</summary>
internal sealed class Reshape : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Reshape", "Reshape")];

    public override MindValue Read(PrimitiveCall call)
    {
        MindValue shape = call.Argument("shape", 1) ?? throw new UnsupportedOperatorException("its shape is missing");
        return call.Emit("Reshape", [call.Tensor(0), call.Builder.Cast(call.ToTensor(shape), ElementType.Int64)]);
    }
}
