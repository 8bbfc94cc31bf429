using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Another element type.</summary>
internal sealed class Cast : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Cast", "Cast")];

    public override MindValue Read(PrimitiveCall call)
    {
        ElementType type = call.Type("dtype", 1) is var given && given != ElementType.Undefined ? given : call.Type("dst_type") is var old && old != ElementType.Undefined ? old : call.Type("DstT");
        return type == ElementType.Undefined ? throw new UnsupportedOperatorException("its target type is not known") : call.Emit("Cast", [call.Tensor(0)], ("to", type));
    }
}
