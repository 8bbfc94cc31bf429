using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Normalization of groups of channels of each sample.</summary>
internal sealed class GroupNormalization : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["GroupNormalization"];

    public override string Onnx => "GroupNormalization";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c)
    {
        int axis = LayerContext.Axis((c.Config.Ints("axis") ?? [-1])[0], c.Rank);
        LayerContext.Require(axis > 0 && c.Rank > 2, "it needs a batch, channels and one more axis");
        long channels = c.SizeOf(c.X, axis);
        LayerContext.Require(channels > 0 && channels < 1 << 24, "the number of its channels is not known");
        long groups = c.Config.Int("groups", 32);
        groups = groups == -1 ? channels : groups;
        LayerContext.Require(groups > 0 && channels % groups == 0, $"{groups} groups don't divide {channels} channels");
        string[] names = [.. c.Config.Flag("scale", true) ? ["gamma"] : Array.Empty<string>(), .. c.Config.Flag("center", true) ? ["beta"] : Array.Empty<string>()];
        var ones = new float[channels];
        Array.Fill(ones, 1f);
        Value scale = names.Contains("gamma") ? c.Weight(names, "gamma", 1) : c.Floats("gamma", [channels], ones);
        Value shift = names.Contains("beta") ? c.Weight(names, "beta", 1) : c.Floats("beta", [channels], new float[channels]);
        int[] there = [0, axis, .. Enumerable.Range(1, c.Rank - 1).Where(i => i != axis)];
        int[] back = [.. Enumerable.Range(0, c.Rank).Select(i => Array.IndexOf(there, i))];
        Value y = c.B.Add("GroupNormalization", [c.B.Transpose(c.Float, there), scale, shift], ("num_groups", groups), ("epsilon", (float)c.Config.Number("epsilon", 1e-3)));
        return [c.B.Transpose(y, back)];
    }
}
