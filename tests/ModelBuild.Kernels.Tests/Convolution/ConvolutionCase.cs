using CsCheck;

namespace ModelBuild.Kernels.Tests;

/// <summary>Sizes of a two-dimensional convolution, with the definition in double as its reference.</summary>
internal sealed record ConvolutionCase(
    int Batch, int Channels, int OutChannels, int Groups, int Height, int Width, int KernelHeight, int KernelWidth, int StrideHeight = 1, int StrideWidth = 1,
    int PadTop = 0, int PadLeft = 0, int PadBottom = 0, int PadRight = 0, int DilationHeight = 1, int DilationWidth = 1)
{
    public int OutHeight => (Height + PadTop + PadBottom - (KernelHeight - 1) * DilationHeight - 1) / StrideHeight + 1;

    public int OutWidth => (Width + PadLeft + PadRight - (KernelWidth - 1) * DilationWidth - 1) / StrideWidth + 1;

    public int Taps => KernelHeight * KernelWidth;

    public bool IsPossible =>
        Height + PadTop + PadBottom > (KernelHeight - 1) * DilationHeight && Width + PadLeft + PadRight > (KernelWidth - 1) * DilationWidth;

    /// <summary>Random sizes around the tiles. Channels are multiples of the groups.</summary>
    public static Gen<ConvolutionCase> Gen { get; } =
        from batch in CsCheck.Gen.Int[1, 2]
        from groups in CsCheck.Gen.Frequency((3, CsCheck.Gen.Const(1)), (1, CsCheck.Gen.Int[2, 5]))
        from channels in CsCheck.Gen.Int[1, 36]
        from outChannels in CsCheck.Gen.Int[1, 36]
        from size in CsCheck.Gen.Int[1, 17].Array[2]
        from kernel in CsCheck.Gen.Int[1, 4].Array[2]
        from stride in CsCheck.Gen.Int[1, 3].Array[2]
        from pad in CsCheck.Gen.Int[0, 3].Array[4]
        from dilation in CsCheck.Gen.Frequency((3, CsCheck.Gen.Const(1)), (1, CsCheck.Gen.Int[2, 3])).Array[2]
        select new ConvolutionCase(
            batch, groups * Math.Max(1, channels / groups), groups * Math.Max(1, outChannels / groups), groups, size[0], size[1], kernel[0], kernel[1], stride[0],
            stride[1], pad[0], pad[1], pad[2], pad[3], dilation[0], dilation[1]);

    /// <summary>By definition, in double, NCHW.</summary>
    public double[] Reference(ReadOnlySpan<float> x, ReadOnlySpan<float> w, ReadOnlySpan<float> bias, ReadOnlySpan<float> residual)
    {
        double[] y = new double[Batch * OutChannels * OutHeight * OutWidth];
        int groupChannels = Channels / Groups, groupOut = OutChannels / Groups, at = 0;
        for (int n = 0; n < Batch; n++)
        {
            for (int o = 0; o < OutChannels; o++)
            {
                for (int oy = 0; oy < OutHeight; oy++)
                {
                    for (int ox = 0; ox < OutWidth; ox++, at++)
                    {
                        double sum = bias.IsEmpty ? 0 : bias[o];
                        for (int c = 0; c < groupChannels; c++)
                        {
                            for (int t = 0; t < Taps; t++)
                            {
                                int iy = oy * StrideHeight - PadTop + t / KernelWidth * DilationHeight;
                                int ix = ox * StrideWidth - PadLeft + t % KernelWidth * DilationWidth;
                                if (iy >= 0 && iy < Height && ix >= 0 && ix < Width)
                                {
                                    int channel = o / groupOut * groupChannels + c;
                                    sum += (double)x[((n * Channels + channel) * Height + iy) * Width + ix] * w[(o * groupChannels + c) * Taps + t];
                                }
                            }
                        }

                        y[at] = sum + (residual.IsEmpty ? 0 : residual[at]);
                    }
                }
            }
        }

        return y;
    }
}
