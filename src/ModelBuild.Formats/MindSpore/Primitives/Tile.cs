using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Copies along the axes.</summary>
internal sealed class Tile : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Tile", "Tile")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        int rank = call.Rank(x);
        long[] counts = call.Ints("multiples", 1) ?? call.Ints("dims", 1) ?? [];
        Value source = counts.Length > rank ? b.Unsqueeze(x, [.. Enumerable.Range(0, counts.Length - rank).Select(i => (long)i)]) : x;
        return call.Emit("Tile", [source, b.Integers([.. Enumerable.Repeat(1L, Math.Max(0, rank - counts.Length)), .. counts])]);
    }
}
