using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>An axis of size 1 more.</summary>
internal sealed class ExpandDims : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("ExpandDims", "Unsqueeze")];

    public override MindValue Read(PrimitiveCall call) => new MindTensor(call.Builder.Unsqueeze(call.Tensor(0), call.Int("axis", 1, 0)));
}
