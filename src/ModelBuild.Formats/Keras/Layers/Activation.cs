using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>An activation function as a layer.</summary>
internal sealed class Activation : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Activation"];

    public override string Onnx => "Relu, Sigmoid, Tanh, Softmax, ...";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c) => [c.Activate(c.X)];
}
