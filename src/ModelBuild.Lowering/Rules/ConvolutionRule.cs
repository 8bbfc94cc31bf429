using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Convolutions of one or two dimensions with constant fp32 weights, in channel blocks of 16.</summary>
internal sealed class ConvolutionRule : ILoweringRule
{
    // Below this number of input channels a block of 16 is mostly zeros.
    private const int FewChannels = 8;

    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "Conv")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        PlanBuilder builder = context.Builder;
        if (node.Input(1) is not { Initializer: { ElementType: ElementType.Float32 } weights } w || context.IsOverridable(w)
            || (node.Input(2) is { } b && (b.Initializer is not { ElementType: ElementType.Float32 } || context.IsOverridable(b))))
        {
            return "the weights are not constant fp32.";
        }

        if (BlockedLayout.Image(context, node.Input(0)) is not { } input || BlockedLayout.Image(context, group.Output) is not { } output
            || ConvolutionWindow.Of(node, weights.Dimensions[2..].ToArray(), builder.TensorTypeOf(node.Input(0)!).Shape!) is not { } window)
        {
            return "sizes or pads depend on the data, or there are not one or two dimensions.";
        }

        int groups = (int)node.GetInt("group", 1);
        if (groups < 1 || input.Channels % groups != 0 || output.Channels != weights.Dimensions[0] || output.Channels % groups != 0 || weights.Dimensions[1] != input.Channels / groups || weights.ElementCount == 0)
        {
            return "channels and weights contradict each other.";
        }

        new Step(context, group, window, input, output, groups, weights).Add();
        return null;
    }

    private readonly record struct Step(LoweringContext Context, NodeGroup Group, ConvolutionWindow Window, ImageShape Input, ImageShape Output, int Groups, TensorData Weights)
    {
        private int Taps => Window.KernelHeight * Window.KernelWidth;

        public void Add()
        {
            Value x = Group.Anchor.Input(0)!;
            bool isDepthwise = Groups > 1 && Groups == Input.Channels && Output.Channels == Input.Channels;
            bool isWinograd = Groups == 1 && Window is { KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1 }
                && ConvolutionPacking.PrefersWinograd(Input.Channels, Output.Channels, Fixed(Output.Height), Fixed(Output.Width));
            if (isWinograd)
            {
                AddWinograd();
                return;
            }

            bool isFirst = Groups == 1 && Input.Channels <= FewChannels && Context.Blocked.Find(x) is null;
            PlanDraft? residual = Group.Residual is { } r ? BlockedLayout.Ensure(Context, r) : null;
            PlanDraft source = isFirst ? Plain(x) : BlockedLayout.Ensure(Context, x);
            List<(string, object?)> arguments =
            [
                ("x", source), ("weights", Constant(Packed(isDepthwise, isFirst), Group.Anchor.Input(1)!.Name)), ("bias", Bias()), ("residual", residual), ("y", BlockedLayout.Define(Context, Group.Output)),
                ("batch", Input.Batch), ("channels", Input.Channels), ("height", Input.Height), ("width", Input.Width), ("outHeight", Output.Height), ("outWidth", Output.Width),
                ("kernelHeight", Window.KernelHeight), ("kernelWidth", Window.KernelWidth), ("strideHeight", Window.StrideHeight), ("strideWidth", Window.StrideWidth),
                ("padTop", Window.PadTop), ("padLeft", Window.PadLeft), ("dilationHeight", Window.DilationHeight), ("dilationWidth", Window.DilationWidth),
                ("activation", Group.Activation), ("alpha", Group.Alpha), ("beta", Group.Beta),
            ];
            if (!isDepthwise)
            {
                arguments.Add(("outChannels", Output.Channels));
            }

            if (!isDepthwise && !isFirst)
            {
                arguments.Add(("groups", Groups));
            }

            Context.Builder.Call(Group.Layer, isDepthwise ? "Convolution.Depthwise" : isFirst ? "Convolution.FirstLayer" : "Convolution.Blocked", arguments.ToArray());
        }

        private unsafe void AddWinograd()
        {
            int channels = Input.Channels, outChannels = Output.Channels;
            TensorData weights = Weights;
            long length = ConvolutionPacking.WinogradLength(channels, outChannels);
            TensorData packed = Context.Packed.Get(weights, FormattableString.Invariant($"winograd {channels} {outChannels}"), length, (from, to) =>
                ConvolutionPacking.Winograd(new ReadOnlySpan<float>(from, checked((int)weights.ElementCount)), channels, outChannels, new Span<float>(to, checked((int)length))));
            PlanDraft? residual = Group.Residual is { } r ? BlockedLayout.Ensure(Context, r) : null;
            PlanDraft source = BlockedLayout.Ensure(Context, Group.Anchor.Input(0)!);
            Context.Builder.Call(Group.Layer, "Convolution.Winograd",
                ("x", source), ("weights", Constant(packed, Group.Anchor.Input(1)!.Name)), ("bias", Bias()), ("residual", residual), ("y", BlockedLayout.Define(Context, Group.Output)),
                ("batch", Input.Batch), ("channels", channels), ("height", Input.Height), ("width", Input.Width), ("outChannels", outChannels), ("outHeight", Output.Height), ("outWidth", Output.Width),
                ("padTop", Window.PadTop), ("padLeft", Window.PadLeft), ("activation", Group.Activation), ("alpha", Group.Alpha), ("beta", Group.Beta));
        }

        // 0 for a size that only the call knows.
        private static int Fixed(Dimension size) => size.IsFixed ? (int)Math.Min(size.Value, int.MaxValue) : 0;

        private PlanDraft Plain(Value value)
        {
            Context.Flush([value]);
            return Context.Builder.Of(value);
        }

        private PlanDraft Constant(TensorData data, string name) => Context.Builder.Constant(data, name);

        private PlanDraft? Bias()
        {
            if (Group.Anchor.Input(2)?.Initializer is not { } bias)
            {
                return null;
            }

            int channels = Output.Channels;
            return Constant(Context.Packed.Blocked(bias, channels), Group.Layer + ".bias");
        }

        private unsafe TensorData Packed(bool isDepthwise, bool isFirst)
        {
            int channels = Input.Channels, outChannels = Output.Channels, groups = Groups, taps = Taps;
            TensorData weights = Weights;
            long length = isDepthwise ? ConvolutionPacking.DepthwiseLength(channels, taps)
                : isFirst ? ConvolutionPacking.PlanarLength(channels, outChannels, 1, taps)
                : ConvolutionPacking.BlockedLength(channels, outChannels, groups, taps);
            string layout = FormattableString.Invariant($"convolution {isDepthwise} {isFirst} {channels} {outChannels} {groups} {taps}");
            return Context.Packed.Get(weights, layout, length, (from, to) =>
            {
                var source = new ReadOnlySpan<float>(from, checked((int)weights.ElementCount));
                var target = new Span<float>(to, checked((int)length));
                if (isDepthwise)
                {
                    ConvolutionPacking.Depthwise(source, channels, taps, target);
                }
                else if (isFirst)
                {
                    ConvolutionPacking.Planar(source, channels, outChannels, 1, taps, target);
                }
                else
                {
                    ConvolutionPacking.Blocked(source, channels, outChannels, groups, taps, target);
                }
            });
        }
    }
}
