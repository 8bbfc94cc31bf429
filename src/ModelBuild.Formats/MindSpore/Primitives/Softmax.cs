using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Softmax and its logarithm.</summary>
internal sealed class Softmax : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Softmax", "Softmax"), ("LogSoftmax", "LogSoftmax"), ("LogSoftmaxExt", "LogSoftmax")];

    public override MindValue Read(PrimitiveCall call) => (call.Ints("axis", 1) ?? (long[])[-1]) switch
    {
        [var axis] => call.Emit(call.Primitive == "Softmax" ? "Softmax" : "LogSoftmax", [call.Tensor(0)], ("axis", axis)),
        _ => throw new UnsupportedOperatorException("it has several axes; one is supported"),
    };
}
