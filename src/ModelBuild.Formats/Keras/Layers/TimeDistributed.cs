using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>A layer at every time step by itself: time becomes part of the batch.</summary>
internal sealed class TimeDistributed : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["TimeDistributed"];

    public override string Onnx => "Reshape";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c)
    {
        LayerInstance inner = InnerLayers.Get(c, "layer");
        LayerContext.Require(c.Rank >= 2, "its input has no time steps");
        Value x = c.X;
        Value shape = c.B.Add("Shape", [x]);
        Value merged = c.Rank == 2 ? c.B.Reshape(x, -1)
            : Enumerable.Range(2, c.Rank - 2).Select(i => c.SizeOf(x, i)).ToArray() is var sizes && sizes.All(s => s > 0) ? c.B.Reshape(x, [-1, .. sizes])
            : c.B.Add("Reshape", [x, c.B.Add("Concat", [c.B.Integers(-1), c.B.Add("Slice", [shape, c.B.Integers(2), c.B.Integers(long.MaxValue)])], ("axis", 0L))]);
        string scope = c.B.Scope;
        KerasTensor[] outputs = c.Importer.Apply(inner, [new KerasTensor(merged)], c.Call, c.Resolve, $"{scope}/{inner.Description.Name}");
        c.B.Scope = scope;
        Value front = c.B.Add("Slice", [shape, c.B.Integers(0), c.B.Integers(2)]);
        return [.. outputs.Select(o => c.B.Add("Reshape", [o.Value, c.B.Add("Concat", [front, c.B.Add("Slice", [c.B.Add("Shape", [o.Value]), c.B.Integers(1), c.B.Integers(long.MaxValue)])], ("axis", 0L))]))];
    }
}
