using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Blocks of pixels to channels and back.</summary>
internal sealed class DepthSpace : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("DepthToSpace", "DepthToSpace"), ("SpaceToDepth", "SpaceToDepth")];

    public override MindValue Read(PrimitiveCall call)
    {
        call.RequireChannelsFirst();
        return call.Emit(call.Primitive, [call.Tensor(0)], ("blocksize", call.Int("block_size", 1, 2)));
    }
}
