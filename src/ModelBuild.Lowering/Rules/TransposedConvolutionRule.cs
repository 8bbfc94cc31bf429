using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Dense transposed convolutions of one or two dimensions with constant fp32 weights, in channel blocks of 16.</summary>
internal sealed class TransposedConvolutionRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "ConvTranspose")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (node.Input(1) is not { Initializer: { ElementType: ElementType.Float32 } weights } w || context.IsOverridable(w)
            || (node.Input(2) is { } b && (b.Initializer is not { ElementType: ElementType.Float32 } || context.IsOverridable(b))))
        {
            return "the weights are not constant fp32.";
        }

        if (node.GetInt("group", 1) != 1 || node.GetInts("output_shape") is not null || node.GetString("auto_pad", "NOTSET") is not ("NOTSET" or ""))
        {
            return "groups, or pads that follow from the output's shape.";
        }

        if (BlockedLayout.Image(context, node.Input(0)) is not { } input || BlockedLayout.Image(context, group.Output) is not { } output
            || ConvolutionWindow.Of(node, weights.Dimensions[2..].ToArray(), context.Builder.TensorTypeOf(node.Input(0)!).Shape!) is not { } window)
        {
            return "sizes depend on the data, pads are negative, or there are not one or two dimensions.";
        }

        if (weights.Dimensions[0] != input.Channels || weights.Dimensions[1] != output.Channels || weights.ElementCount == 0)
        {
            return "channels and weights contradict each other.";
        }

        PlanDraft? residual = group.Residual is { } r ? BlockedLayout.Ensure(context, r) : null;
        PlanDraft source = BlockedLayout.Ensure(context, node.Input(0)!);
        PlanDraft? bias = node.Input(2)?.Initializer is { } values ? context.Builder.Constant(context.Packed.Blocked(values, output.Channels), group.Layer + ".bias") : null;
        context.Builder.Call(group.Layer, "Convolution.Transposed",
            ("x", source), ("weights", context.Builder.Constant(Pack(context, weights, window, input.Channels, output.Channels), w.Name)), ("bias", bias), ("residual", residual),
            ("y", BlockedLayout.Define(context, group.Output)), ("batch", input.Batch), ("channels", input.Channels), ("height", input.Height), ("width", input.Width),
            ("outChannels", output.Channels), ("outHeight", output.Height), ("outWidth", output.Width), ("kernelHeight", window.KernelHeight), ("kernelWidth", window.KernelWidth),
            ("strideHeight", window.StrideHeight), ("strideWidth", window.StrideWidth), ("padTop", window.PadTop), ("padLeft", window.PadLeft),
            ("dilationHeight", window.DilationHeight), ("dilationWidth", window.DilationWidth), ("activation", group.Activation), ("alpha", group.Alpha), ("beta", group.Beta));
        return null;
    }

    private static unsafe TensorData Pack(LoweringContext context, TensorData weights, ConvolutionWindow window, int channels, int outChannels)
    {
        long length = ConvolutionPacking.BlockedLength(channels, outChannels, 1, window.KernelHeight * window.KernelWidth);
        string layout = FormattableString.Invariant(
            $"transposed convolution {channels} {outChannels} {window.KernelHeight} {window.KernelWidth} {window.StrideHeight} {window.StrideWidth} {window.DilationHeight} {window.DilationWidth}");
        return context.Packed.Get(weights, layout, length, (from, to) => ConvolutionPacking.Transposed(
            new ReadOnlySpan<float>(from, checked((int)weights.ElementCount)), channels, outChannels, window.KernelHeight, window.KernelWidth, window.StrideHeight,
            window.StrideWidth, window.DilationHeight, window.DilationWidth, new Span<float>(to, checked((int)length))));
    }
}
