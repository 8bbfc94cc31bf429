namespace ModelBuild.Kernels;

/// <summary>
/// Lays out the weights of convolutions for the kernels in <see cref="Convolution"/>, once, when a plan is made. The same weights always give the same bytes.
/// </summary>
/// <remarks>
/// ONNX's weights of a convolution are <c>[outChannels][channels / groups][taps]</c>, those of a transposed one
/// <c>[channels][outChannels / groups][taps]</c>, where the taps are the filter's positions in row-major order.
/// </remarks>
public static partial class ConvolutionPacking
{
    /// <summary>Channels of a block.</summary>
    public const int Block = 16;

    /// <summary>How many blocks <paramref name="channels"/> take.</summary>
    public static int Blocks(int channels) => (channels + Block - 1) / Block;

    /// <summary>Floats that <see cref="Blocked"/> writes.</summary>
    public static long BlockedLength(int channels, int outChannels, int groups, int taps) =>
        (long)Blocks(outChannels) * InputBlocks(channels, outChannels, groups) * taps * Block * Block;

    /// <summary>
    /// Weights for <see cref="Convolution.Blocked"/>: <c>[panel of 16 output channels][input block][tap][16 input channels][16 output channels]</c>, zero
    /// where there is no channel or where it belongs to another group. With groups a panel has only the input blocks that its groups reach.
    /// </summary>
    /// <param name="weights">As ONNX has them.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="groups">Groups; divides both.</param>
    /// <param name="taps">Positions of the filter.</param>
    /// <param name="packed">Receives <see cref="BlockedLength"/> floats.</param>
    public static void Blocked(ReadOnlySpan<float> weights, int channels, int outChannels, int groups, int taps, Span<float> packed)
    {
        int groupChannels = channels / groups, groupOutChannels = outChannels / groups;
        int blocks = InputBlocks(channels, outChannels, groups);
        packed[..checked((int)BlockedLength(channels, outChannels, groups, taps))].Clear();
        for (int o = 0; o < outChannels; o++)
        {
            int firstChannel = o / groupOutChannels * groupChannels;
            int firstBlock = FirstInputBlock(o / Block, channels, outChannels, groups, blocks);
            for (int i = 0; i < groupChannels; i++)
            {
                int channel = firstChannel + i - firstBlock * Block;
                for (int t = 0; t < taps; t++)
                {
                    int line = (((o / Block * blocks) + channel / Block) * taps + t) * Block + channel % Block;
                    packed[line * Block + o % Block] = weights[(o * groupChannels + i) * taps + t];
                }
            }
        }
    }

    /// <summary>Floats that <see cref="Depthwise"/> writes.</summary>
    public static long DepthwiseLength(int channels, int taps) => (long)Blocks(channels) * taps * Block;

    /// <summary>Weights for <see cref="Convolution.Depthwise"/>: <c>[block of channels][tap][16 channels]</c>.</summary>
    /// <param name="weights">As ONNX has them: one filter per channel.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="taps">Positions of the filter.</param>
    /// <param name="packed">Receives <see cref="DepthwiseLength"/> floats.</param>
    public static void Depthwise(ReadOnlySpan<float> weights, int channels, int taps, Span<float> packed)
    {
        packed[..checked((int)DepthwiseLength(channels, taps))].Clear();
        for (int c = 0; c < channels; c++)
        {
            for (int t = 0; t < taps; t++)
            {
                packed[(c / Block * taps + t) * Block + c % Block] = weights[c * taps + t];
            }
        }
    }

    /// <summary>Floats that <see cref="Planar"/> writes.</summary>
    public static long PlanarLength(int channels, int outChannels, int groups, int taps) =>
        (long)groups * Blocks(outChannels / groups) * (channels / groups) * taps * Block;

    /// <summary>
    /// Weights for <see cref="Convolution.FirstLayer"/>: <c>[group][panel of 16 output channels][input channel][tap][16 output channels]</c>, zero where a
    /// group has no channel.
    /// </summary>
    /// <param name="weights">As ONNX has them.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="groups">Groups; divides both.</param>
    /// <param name="taps">Positions of the filter.</param>
    /// <param name="packed">Receives <see cref="PlanarLength"/> floats.</param>
    public static void Planar(ReadOnlySpan<float> weights, int channels, int outChannels, int groups, int taps, Span<float> packed)
    {
        int depth = channels / groups * taps, groupOutChannels = outChannels / groups, panels = Blocks(groupOutChannels);
        packed[..checked((int)PlanarLength(channels, outChannels, groups, taps))].Clear();
        for (int o = 0; o < outChannels; o++)
        {
            int g = o / groupOutChannels, inGroup = o % groupOutChannels;
            int panel = (g * panels + inGroup / Block) * depth;
            for (int k = 0; k < depth; k++)
            {
                packed[(panel + k) * Block + inGroup % Block] = weights[o * depth + k];
            }
        }
    }

    /// <summary>The bias for every kernel with 16 output channels to a panel: zeros behind the last channel.</summary>
    /// <param name="bias">One value per output channel.</param>
    /// <param name="packed">Receives 16 floats per block of channels.</param>
    public static void Bias(ReadOnlySpan<float> bias, Span<float> packed)
    {
        packed = packed[..(Blocks(bias.Length) * Block)];
        bias.CopyTo(packed);
        packed[bias.Length..].Clear();
    }

    /// <summary>How many input blocks each panel sums over: the most that the groups of any panel reach.</summary>
    internal static int InputBlocks(int channels, int outChannels, int groups)
    {
        if (groups == 1)
        {
            return Blocks(channels);
        }

        int most = 0;
        for (int panel = 0; panel < Blocks(outChannels); panel++)
        {
            (int first, int end) = Reach(panel, channels, outChannels, groups);
            most = Math.Max(most, end - first);
        }

        return most;
    }

    /// <summary>The first input block of a panel, of <paramref name="inputBlocks"/> = <see cref="InputBlocks"/>.</summary>
    internal static int FirstInputBlock(int panel, int channels, int outChannels, int groups, int inputBlocks) =>
        groups == 1 ? 0 : Math.Min(Reach(panel, channels, outChannels, groups).First, Blocks(channels) - inputBlocks);

    private static (int First, int End) Reach(int panel, int channels, int outChannels, int groups)
    {
        int groupChannels = channels / groups, groupOutChannels = outChannels / groups;
        int firstGroup = panel * Block / groupOutChannels;
        int lastGroup = (Math.Min(panel * Block + Block, outChannels) - 1) / groupOutChannels;
        return (firstGroup * groupChannels / Block, Blocks((lastGroup + 1) * groupChannels));
    }
}
