using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Tensors joined along an axis.</summary>
internal sealed class Concat : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Concat", "Concat")];

    public override MindValue Read(PrimitiveCall call) => call.Emit("Concat", call.Tensors(), ("axis", call.Int("axis", call.Inputs is [MindTuple, ..] ? 1 : -1, 0)));
}
