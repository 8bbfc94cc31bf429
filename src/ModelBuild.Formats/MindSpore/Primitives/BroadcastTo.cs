using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Copies to a shape in which -1 keeps the size.</summary>
internal sealed class BroadcastTo : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("BroadcastTo", "Expand")];

    public override MindValue Read(PrimitiveCall call)
    {
        long[] shape = call.Ints("shape", 1) ?? throw new UnsupportedOperatorException("its shape is missing");
        return call.Emit("Expand", [call.Tensor(0), call.Builder.Integers([.. shape.Select(d => d < 0 ? 1 : d)])]);
    }
}
