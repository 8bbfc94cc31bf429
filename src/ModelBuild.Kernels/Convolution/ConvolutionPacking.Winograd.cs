namespace ModelBuild.Kernels;

public static partial class ConvolutionPacking
{
    private const int LeastWinogradChannels = 24;
    private const long MostWinogradWeights = 128 * 128;

    /// <summary>Floats that <see cref="Winograd"/> writes.</summary>
    public static long WinogradLength(int channels, int outChannels) => (long)WinogradTransform.Positions * Blocks(outChannels) * Blocks(channels) * Block * Block;

    /// <summary>
    /// Weights for <see cref="Convolution.Winograd"/>: each 3x3 filter transformed to 6x6 positions (in double, rounded once), as
    /// <c>[position][panel of 16 output channels][input block][16 input channels][16 output channels]</c>.
    /// </summary>
    /// <param name="weights">As ONNX has them, filters of 3x3, one group.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="packed">Receives <see cref="WinogradLength"/> floats.</param>
    public static void Winograd(ReadOnlySpan<float> weights, int channels, int outChannels, Span<float> packed)
    {
        packed[..checked((int)WinogradLength(channels, outChannels))].Clear();
        int panels = Blocks(outChannels), blocks = Blocks(channels), position = panels * blocks * Block * Block;
        Span<double> transformed = stackalloc double[WinogradTransform.Positions];
        for (int o = 0; o < outChannels; o++)
        {
            for (int i = 0; i < channels; i++)
            {
                WinogradTransform.Filter(weights.Slice((o * channels + i) * 9, 9), transformed);
                int line = ((o / Block * blocks) + i / Block) * Block + i % Block;
                for (int p = 0; p < WinogradTransform.Positions; p++)
                {
                    packed[p * position + line * Block + o % Block] = (float)transformed[p];
                }
            }
        }
    }

    /// <summary>
    /// Whether <see cref="Convolution.Winograd"/> is the faster way for a dense 3x3 convolution with stride 1: enough channels to pay for the transforms and
    /// enough output to pay for reading four times as many weights.
    /// </summary>
    /// <param name="channels">Input channels.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="outHeight">Rows of the output; 0 where not known when the plan is made.</param>
    /// <param name="outWidth">Columns of the output; 0 where not known.</param>
    public static bool PrefersWinograd(int channels, int outChannels, int outHeight, int outWidth)
    {
        if (channels < LeastWinogradChannels || outChannels < LeastWinogradChannels)
        {
            return false;
        }

        if (outHeight <= 0 || outWidth <= 0)
        {
            // Images of any size tend to be large; where they are not, few weights cost little.
            return (long)channels * outChannels <= MostWinogradWeights;
        }

        // Tiles of 4x4: what they cover beyond the output is wasted.
        long tiles = (outHeight + 3L) / 4 * ((outWidth + 3L) / 4);
        return tiles >= 12 && (long)outHeight * outWidth * 2 >= tiles * 16;
    }
}
