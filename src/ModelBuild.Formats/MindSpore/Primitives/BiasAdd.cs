using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>A bias on the channels, which are axis 1.</summary>
internal sealed class BiasAdd : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("BiasAdd", "Add")];

    public override MindValue Read(PrimitiveCall call)
    {
        call.RequireChannelsFirst();
        Value x = call.Tensor(0);
        Value bias = call.Tensor(1);
        int rank = call.Rank(x);
        long count = call.Builder.ShapeOf(bias) is { Rank: 1 } shape && shape[0].IsFixed ? shape[0].Value : -1;
        return call.Emit("Add", [x, rank > 2 ? call.Builder.Reshape(bias, [count, .. Enumerable.Repeat(1L, rank - 2)]) : bias]);
    }
}
