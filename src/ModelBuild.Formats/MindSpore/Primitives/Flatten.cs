using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>All axes but the first as one.</summary>
internal sealed class Flatten : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Flatten", "Flatten")];

    public override MindValue Read(PrimitiveCall call) => call.Emit("Flatten", [call.Tensor(0)], ("axis", 1L));
}
