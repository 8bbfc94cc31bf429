using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary>
/// <c>Conv</c> and <c>ConvTranspose</c>: weights are stored as integers and expanded when the model is loaded. Integer convolution with activations rounded per call
/// (<c>ConvInteger</c>) has no fast kernel in ONNX Runtime: docs/compression.md has the measurement.
/// </summary>
internal sealed class ConvRule : IInt8Rule
{
    public string? RunsAs => null;

    public bool RoundsActivations => false;

    public bool IsWeight(Node node, int index, TensorData weight) => node.OpType is "Conv" or "ConvTranspose" && index == 1 && weight.Rank >= 3;

    public ChannelLayout Layout(Node node, int index, TensorData weight) => ChannelLayout.Axis(weight.Dimensions, node.OpType == "Conv" ? 0 : 1);

    public string? WhyNot(Node node, int index, TensorData weight) => null;

    public void Rewrite(Node node, StoredWeight weight, GraphEditor editor) => throw new NotSupportedException();
}
