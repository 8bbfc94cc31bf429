using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Concatenation along the channels of images that are in channel blocks.</summary>
internal sealed class BlockedConcatRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "Concat")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (BlockedLayout.Image(context, group.Output) is not { } output || context.Builder.TensorTypeOf(group.Output).Shape is not { } shape)
        {
            return "the result is no fp32 image of known shape.";
        }

        long axis = node.GetInt("axis");
        if ((axis < 0 ? axis + shape.Rank : axis) != 1 || node.Inputs.Exists(i => i is null || BlockedLayout.Image(context, i) is null) || !node.Inputs.TrueForAll(i => context.Blocked.Find(i!) is not null))
        {
            return "not every input is in channel blocks.";
        }

        PlanDraft result = BlockedLayout.Define(context, group.Output);
        int first = 0;
        foreach (Value input in node.Inputs.OfType<Value>())
        {
            int channels = BlockedLayout.Image(context, input)!.Value.Channels;
            context.Builder.Call(group.Layer, "Layout.CopyBlocks", ("x", context.Blocked.Find(input)), ("y", result), ("batch", output.Batch), ("channels", channels), ("firstChannel", 0),
                ("outChannels", output.Channels), ("firstOutChannel", first), ("count", channels), ("height", output.Height), ("width", output.Width));
            first += channels;
        }

        return null;
    }
}
