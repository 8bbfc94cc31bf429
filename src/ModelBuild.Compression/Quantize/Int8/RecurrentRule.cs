using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary><c>LSTM</c>, <c>GRU</c> and <c>RNN</c>: both weights are stored as integers, a scale per direction and gate row, and expanded when the model is loaded.</summary>
internal sealed class RecurrentRule : IInt8Rule
{
    public string? RunsAs => null;

    public bool RoundsActivations => false;

    public bool IsWeight(Node node, int index, TensorData weight) => node.OpType is "LSTM" or "GRU" or "RNN" && index is 1 or 2 && weight.Rank == 3;

    public ChannelLayout Layout(Node node, int index, TensorData weight) => ChannelLayout.Axes(weight.Dimensions, 0, 2);

    public string? WhyNot(Node node, int index, TensorData weight) => null;

    public void Rewrite(Node node, StoredWeight weight, GraphEditor editor) => throw new NotSupportedException();
}
