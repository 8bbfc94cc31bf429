using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>One axis for each sample; channels that come first go last before.</summary>
internal sealed class Flatten : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Flatten"];

    public override string Onnx => "Reshape";

    public override Value[] Read(LayerContext c)
    {
        Value x = c.X;
        int rank = c.Rank;
        if (rank == 1)
        {
            return [c.B.Unsqueeze(x, 1)];
        }

        if (!c.ChannelsLast && rank > 2)
        {
            x = c.B.Transpose(x, [0, .. Enumerable.Range(2, rank - 2), 1]);
        }

        long count = 1;
        for (int i = 1; i < rank && count > 0; i++)
        {
            count = c.SizeOf(x, i) is > 0 and var size ? checked(count * size) : -1;
        }

        return [rank == 2 ? x : count > 0 ? c.B.Reshape(x, -1, count) : c.B.Reshape(x, 0, -1)];
    }
}
