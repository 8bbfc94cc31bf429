namespace ModelBuild.Kernels;

/// <summary>Microkernels of the convolutions without vectors: the reference that every other leg equals bit by bit.</summary>
internal static unsafe class ScalarConvolution
{
    private const int Lanes = 16;

    /// <inheritdoc cref="ConvolutionMicrokernels.Tile"/>
    public static void Tile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        float* sums = stackalloc float[Lanes];
        for (int p = 0; p < tile->Count; p++)
        {
            Start(tile->Bias, tile->Output + p * tile->OutputStride, sums);
            float* weights = tile->Weights;
            for (int b = 0; b < tile->Blocks; b++)
            {
                float* block = tile->Input + b * tile->InputBlockStride;
                for (int t = 0; t < tile->Taps; t++)
                {
                    int pixel = tile->Pixels[t * tile->PixelStride + p];
                    float* source = pixel < 0 ? tile->Zero : block + (long)pixel * Lanes;
                    for (int c = 0; c < Lanes; c++, weights += Lanes)
                    {
                        for (int lane = 0; lane < Lanes; lane++)
                        {
                            sums[lane] = MathF.FusedMultiplyAdd(source[c], weights[lane], sums[lane]);
                        }
                    }
                }
            }

            long place = p * tile->OutputStride;
            Finish(sums, tile->Residual == null ? null : tile->Residual + place, tile->Clamp != 0, tile->Minimum, tile->Maximum, tile->Output + place);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.DepthwiseTile"/>
    public static void DepthwiseTile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        float* sums = stackalloc float[Lanes];
        for (int p = 0; p < tile->Count; p++)
        {
            Start(tile->Bias, tile->Output + p * tile->OutputStride, sums);
            for (int t = 0; t < tile->Taps; t++)
            {
                int pixel = tile->Pixels[t * tile->PixelStride + p];
                float* source = pixel < 0 ? tile->Zero : tile->Input + (long)pixel * Lanes;
                float* weights = tile->Weights + t * Lanes;
                for (int lane = 0; lane < Lanes; lane++)
                {
                    sums[lane] = MathF.FusedMultiplyAdd(source[lane], weights[lane], sums[lane]);
                }
            }

            long place = p * tile->OutputStride;
            Finish(sums, tile->Residual == null ? null : tile->Residual + place, tile->Clamp != 0, tile->Minimum, tile->Maximum, tile->Output + place);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.PlanarTile"/>
    public static void PlanarTile(void* arguments)
    {
        var tile = (PlanarConvolutionTile*)arguments;
        float* sums = stackalloc float[Lanes];
        for (int p = 0; p < tile->Count; p++)
        {
            float* output = tile->Output + p * Lanes;
            Start(tile->Bias, output, sums);
            float* source = tile->Input + tile->Pixels[p];
            for (long k = 0; k < tile->Depth; k++)
            {
                float x = source[tile->Offsets[k]];
                float* weights = tile->Weights + k * Lanes;
                for (int lane = 0; lane < Lanes; lane++)
                {
                    sums[lane] = MathF.FusedMultiplyAdd(x, weights[lane], sums[lane]);
                }
            }

            Finish(sums, tile->Residual == null ? null : tile->Residual + p * Lanes, tile->Clamp != 0, tile->Minimum, tile->Maximum, output);
        }
    }

    private static void Start(float* bias, float* output, float* sums)
    {
        float* source = bias != null ? bias : output;
        for (int lane = 0; lane < Lanes; lane++)
        {
            sums[lane] = source[lane];
        }
    }

    private static void Finish(float* sums, float* residual, bool clamp, float minimum, float maximum, float* output)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            float sum = sums[lane];
            if (residual != null)
            {
                sum += residual[lane];
            }

            if (clamp)
            {
                sum = minimum > sum ? minimum : sum;
                sum = maximum < sum ? maximum : sum;
            }

            output[lane] = sum;
        }
    }
}
