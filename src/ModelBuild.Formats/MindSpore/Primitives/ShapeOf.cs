using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Sizes of a tensor.</summary>
internal sealed class ShapeOf : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Shape", "Shape"), ("TensorShape", "Shape"), ("DynamicShape", "Shape")];

    public override MindValue Read(PrimitiveCall call) => call.Emit("Shape", [call.Tensor(0)]);
}
