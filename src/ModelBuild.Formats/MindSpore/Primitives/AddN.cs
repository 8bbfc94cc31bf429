using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>The sum of several tensors.</summary>
internal sealed class AddN : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("AddN", "Sum"), ("AccumulateNV2", "Sum")];

    public override MindValue Read(PrimitiveCall call) => call.Emit("Sum", call.Tensors());
}
