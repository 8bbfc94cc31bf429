using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Batch normalization with constant parameters that no convolution took: one factor and one shift per channel.</summary>
internal sealed class BatchNormalizationRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "BatchNormalization")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (Sizes.Of(context, node.Input(0)) is not { Rank: >= 2 } shape || Sizes.Of(context, group.Output) is null || !shape[1].IsFixed || node.GetInt("training_mode") != 0
            || !Enumerable.Range(1, 4).All(i => node.Input(i)?.Initializer is { ElementType: ElementType.Float32 } data && data.ElementCount == shape[1].Value))
        {
            return "its parameters are not constant.";
        }

        Value x = node.Input(0)!;
        (TensorData scale, TensorData shift) = Parameters(node);
        PlanBuilder builder = context.Builder;
        if (BlockedElementwise.IsBlockedOnly(context, x) && BlockedLayout.Image(context, x) is { } image && builder.IsKnown(image.Height * image.Width))
        {
            int channels = image.Channels;
            builder.Call(group.Layer, "ChannelNormalization.ScaleShiftBlocked", ("x", context.Blocked.Find(x)),
                ("scale", builder.Constant(context.Packed.Blocked(scale, channels), group.Layer + ".scale")), ("shift", builder.Constant(context.Packed.Blocked(shift, channels), group.Layer + ".shift")),
                ("y", BlockedLayout.Define(context, group.Output)), ("batch", image.Batch), ("blocks", (channels + BlockedLayout.Block - 1) / BlockedLayout.Block), ("size", image.Height * image.Width));
            return null;
        }

        Dimension size = Sizes.Product(shape.Skip(2));
        if (!builder.IsKnown(size))
        {
            return "a size is no formula.";
        }

        builder.Call(group.Layer, "ChannelNormalization.ScaleShift", ("x", Sizes.Plain(context, x)), ("scale", builder.Constant(scale, group.Layer + ".scale")), ("shift", builder.Constant(shift, group.Layer + ".shift")),
            ("y", builder.Define(group.Output)), ("batch", shape[0]), ("channels", shape[1]), ("size", size));
        return null;
    }

    private static (TensorData Scale, TensorData Shift) Parameters(Node node)
    {
        ReadOnlySpan<float> gamma = node.Inputs[1]!.Initializer!.As<float>(), beta = node.Inputs[2]!.Initializer!.As<float>();
        ReadOnlySpan<float> mean = node.Inputs[3]!.Initializer!.As<float>(), variance = node.Inputs[4]!.Initializer!.As<float>();
        float epsilon = node.GetFloat("epsilon", 1e-5f);
        float[] scale = new float[gamma.Length], shift = new float[gamma.Length];
        for (int i = 0; i < scale.Length; i++)
        {
            double factor = gamma[i] / Math.Sqrt((double)variance[i] + epsilon);
            scale[i] = (float)factor;
            shift[i] = (float)(beta[i] - (factor * mean[i]));
        }

        return (TensorData.Create<float>(ElementType.Float32, [scale.Length], scale), TensorData.Create<float>(ElementType.Float32, [shift.Length], shift));
    }
}
