using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Elements held between two limits.</summary>
internal sealed class Clip : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("ClampScalar", "Clip"), ("ClampTensor", "Max, Min"), ("ClipByValue", "Max, Min")];

    public override MindValue Read(PrimitiveCall call)
    {
        Value x = call.Tensor(0);
        Value? Limit(int index) => call.Has(index) ? call.ToTensor(call.Inputs[index], x) : null;
        Value y = Limit(1) is { } least ? call.Builder.Add("Max", [x, least]) : x;
        return Limit(2) is { } most ? call.Emit("Min", [y, most]) : new MindTensor(y);
    }
}
