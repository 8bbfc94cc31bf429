using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>A one where an index says.</summary>
internal sealed class OneHot : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("OneHot", "OneHot")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value on = b.Reshape(call.Tensor(2), 1);
        Value off = b.Reshape(call.ToTensor(call.Inputs[3], on), 1);
        return call.Emit("OneHot", [call.Tensor(0), call.Tensor(1), b.Add("Concat", [off, on], ("axis", 0L))], ("axis", call.Int("axis", 4, -1)));
    }
}
