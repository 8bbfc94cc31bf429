namespace ModelBuild.Kernels.Tests;

/// <summary>NCHW to NCHWc16 and back, by definition. Lanes without a channel get numbers that nothing may depend on.</summary>
internal static class BlockedLayout
{
    public static GuardedFloats To(ReadOnlySpan<float> x, int batch, int channels, int pixels)
    {
        int blocks = ConvolutionPacking.Blocks(channels);
        var result = new GuardedFloats((long)batch * blocks * pixels * 16);
        for (int n = 0; n < batch; n++)
        {
            for (int c = 0; c < blocks * 16; c++)
            {
                for (int p = 0; p < pixels; p++)
                {
                    result.Span[((n * blocks + c / 16) * pixels + p) * 16 + c % 16] = c < channels ? x[(n * channels + c) * pixels + p] : 77;
                }
            }
        }

        return result;
    }

    public static float[] From(ReadOnlySpan<float> blocked, int batch, int channels, int pixels)
    {
        int blocks = ConvolutionPacking.Blocks(channels);
        float[] result = new float[batch * channels * pixels];
        for (int n = 0; n < batch; n++)
        {
            for (int c = 0; c < channels; c++)
            {
                for (int p = 0; p < pixels; p++)
                {
                    result[(n * channels + c) * pixels + p] = blocked[((n * blocks + c / 16) * pixels + p) * 16 + c % 16];
                }
            }
        }

        return result;
    }
}
