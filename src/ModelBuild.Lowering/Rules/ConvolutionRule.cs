using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Fusion;

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
        (ConvolutionOperands? operands, string reason) = ConvolutionOperands.Read(context, group);
        if (operands is null)
        {
            return reason;
        }

        (int channels, int outChannels, int groups) = (operands.Input.Channels, operands.Output.Channels, (int)group.Anchor.GetInt("group", 1));
        TensorData weights = operands.Weights;
        if (groups < 1 || channels % groups != 0 || outChannels != weights.Dimensions[0] || outChannels % groups != 0 || weights.Dimensions[1] != channels / groups || weights.ElementCount == 0)
        {
            return "channels and weights contradict each other.";
        }

        Value x = group.Anchor.Input(0)!;
        int taps = operands.Window.KernelHeight * operands.Window.KernelWidth;
        if (groups == 1 && operands.Window is { KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1 }
            && ConvolutionPacking.PrefersWinograd(channels, outChannels, Fixed(operands.Output.Height), Fixed(operands.Output.Width)))
        {
            TensorData packed = operands.Pack("winograd", ConvolutionPacking.WinogradLength(channels, outChannels), (from, to) => ConvolutionPacking.Winograd(from, channels, outChannels, to));
            operands.Call("Convolution.Winograd", null, packed, ("outChannels", outChannels));
        }
        else if (groups > 1 && groups == channels && outChannels == channels)
        {
            TensorData packed = operands.Pack("depthwise", ConvolutionPacking.DepthwiseLength(channels, taps), (from, to) => ConvolutionPacking.Depthwise(from, channels, taps, to));
            operands.Call("Convolution.Depthwise", null, packed, operands.AnyWindow);
        }
        else if (groups == 1 && channels <= FewChannels && context.Blocked.Find(x) is null)
        {
            TensorData packed = operands.Pack("planar", ConvolutionPacking.PlanarLength(channels, outChannels, 1, taps), (from, to) => ConvolutionPacking.Planar(from, channels, outChannels, 1, taps, to));
            operands.Call("Convolution.FirstLayer", Sizes.Plain(context, x), packed, [.. operands.AnyWindow, ("outChannels", outChannels)]);
        }
        else
        {
            TensorData packed = operands.Pack($"blocked {groups}", ConvolutionPacking.BlockedLength(channels, outChannels, groups, taps), (from, to) => ConvolutionPacking.Blocked(from, channels, outChannels, groups, taps, to));
            operands.Call("Convolution.Blocked", null, packed, [.. operands.AnyWindow, ("outChannels", outChannels), ("groups", groups)]);
        }

        return null;
    }

    // 0 for a size that only the call knows.
    private static int Fixed(Dimension size) => size.IsFixed ? (int)Math.Min(size.Value, int.MaxValue) : 0;
}
