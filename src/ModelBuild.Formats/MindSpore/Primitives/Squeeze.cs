using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Axes of size 1 less: the named ones, or all.</summary>
internal sealed class Squeeze : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Squeeze", "Squeeze")];

    public override MindValue Read(PrimitiveCall call) => call.Axes("axis", 1) is { Length: > 0 } axes
        ? new MindTensor(call.Builder.Squeeze(call.Tensor(0), axes))
        : call.Emit("Squeeze", [call.Tensor(0)]);
}
