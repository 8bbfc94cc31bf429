using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Weights;

/// <summary>Variables of a whole <c>.h5</c> file: a list per layer, whose names inside may be anything.</summary>
internal sealed class TreeWeights(IReadOnlyDictionary<string, LayerWeights> layers) : LayerWeights
{
    public override IReadOnlyList<(string Name, TensorData Data)> All => [.. layers.Values.SelectMany(l => l.All)];

    public override LayerWeights Part(string attribute, params string[] names) => None;

    public override IReadOnlyList<LayerWeights> Layers(IReadOnlyList<(string Name, string ClassName)> wanted) => [.. wanted.Select(l => layers.GetValueOrDefault(l.Name, None))];
}
