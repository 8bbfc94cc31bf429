using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Fusion;

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
        if (node.GetInt("group", 1) != 1 || node.GetInts("output_shape") is not null || node.GetString("auto_pad", "NOTSET") is not ("NOTSET" or ""))
        {
            return "groups, or pads that follow from the output's shape.";
        }

        (ConvolutionOperands? operands, string reason) = ConvolutionOperands.Read(context, group);
        if (operands is null)
        {
            return reason;
        }

        (int channels, int outChannels, ConvolutionWindow window) = (operands.Input.Channels, operands.Output.Channels, operands.Window);
        if (operands.Weights.Dimensions[0] != channels || operands.Weights.Dimensions[1] != outChannels || operands.Weights.ElementCount == 0)
        {
            return "channels and weights contradict each other.";
        }

        TensorData packed = operands.Pack($"transposed {window.StrideHeight} {window.StrideWidth} {window.DilationHeight} {window.DilationWidth}", ConvolutionPacking.BlockedLength(channels, outChannels, 1, window.KernelHeight * window.KernelWidth), (from, to) => ConvolutionPacking.Transposed(
            from, channels, outChannels, window.KernelHeight, window.KernelWidth, window.StrideHeight, window.StrideWidth, window.DilationHeight, window.DilationWidth, to));
        operands.Call("Convolution.Transposed", null, packed, [.. operands.AnyWindow, ("outChannels", outChannels)]);
        return null;
    }
}
