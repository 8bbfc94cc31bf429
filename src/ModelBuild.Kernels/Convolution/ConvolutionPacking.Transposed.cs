namespace ModelBuild.Kernels;

public static partial class ConvolutionPacking
{
    /// <summary>
    /// Weights for <see cref="Convolution.Transposed"/>. Output pixels whose place plus padding leaves the same remainders by the strides (a phase) use the
    /// same taps: <c>[phase row][phase column][panel of 16 output channels][input block][tap of the phase][16 input channels][16 output channels]</c>, zero
    /// where there is no channel. Takes <see cref="BlockedLength"/> floats, with one group.
    /// </summary>
    /// <param name="weights">As ONNX has them: <c>[channels][outChannels][kernelHeight][kernelWidth]</c>, one group.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="kernelHeight">Rows of the filter.</param>
    /// <param name="kernelWidth">Columns of the filter.</param>
    /// <param name="strideHeight">Step in rows.</param>
    /// <param name="strideWidth">Step in columns.</param>
    /// <param name="dilationHeight">Rows from tap to tap.</param>
    /// <param name="dilationWidth">Columns from tap to tap.</param>
    /// <param name="packed">Receives <see cref="BlockedLength"/> floats.</param>
    public static void Transposed(
        ReadOnlySpan<float> weights, int channels, int outChannels, int kernelHeight, int kernelWidth, int strideHeight, int strideWidth, int dilationHeight,
        int dilationWidth, Span<float> packed)
    {
        int taps = kernelHeight * kernelWidth, blocks = Blocks(channels), panels = Blocks(outChannels), at = 0;
        packed[..checked((int)BlockedLength(channels, outChannels, 1, taps))].Clear();
        for (int phase = 0; phase < strideHeight * strideWidth; phase++)
        {
            int phaseTaps = PhaseTaps(kernelHeight, strideHeight, dilationHeight, phase / strideWidth) *
                PhaseTaps(kernelWidth, strideWidth, dilationWidth, phase % strideWidth);
            int tap = 0;
            for (int t = 0; t < taps; t++)
            {
                int ky = t / kernelWidth, kx = t % kernelWidth;
                if (ky * dilationHeight % strideHeight != phase / strideWidth || kx * dilationWidth % strideWidth != phase % strideWidth)
                {
                    continue;
                }

                for (int c = 0; c < channels; c++)
                {
                    for (int o = 0; o < outChannels; o++)
                    {
                        int line = ((o / Block * blocks + c / Block) * phaseTaps + tap) * Block + c % Block;
                        packed[at + line * Block + o % Block] = weights[(c * outChannels + o) * taps + t];
                    }
                }

                tap++;
            }

            at += panels * blocks * phaseTaps * Block * Block;
        }
    }

    /// <summary>How many positions along an axis of the filter belong to a phase.</summary>
    internal static int PhaseTaps(int kernel, int stride, int dilation, int phase)
    {
        int count = 0;
        for (int k = 0; k < kernel; k++)
        {
            count += (long)k * dilation % stride == phase ? 1 : 0;
        }

        return count;
    }
}
