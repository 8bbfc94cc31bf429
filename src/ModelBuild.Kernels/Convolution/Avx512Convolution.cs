using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelBuild.Kernels;

/// <summary>Microkernels of the convolutions with AVX-512: 16 channels are one register, a pair of panels holds the sums of eight pixels in sixteen.</summary>
internal static unsafe class Avx512Convolution
{
    /// <inheritdoc cref="ConvolutionMicrokernels.Tile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector512<float> s0a, s1a, s2a, s3a, s4a, s5a, s6a, s7a;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = s4a = s5a = s6a = s7a = Vector512.Load(bias);
        }
        else
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a = Vector512.Load(y);
            y += last >= 1 ? step : 0;
            s1a = Vector512.Load(y);
            y += last >= 2 ? step : 0;
            s2a = Vector512.Load(y);
            y += last >= 3 ? step : 0;
            s3a = Vector512.Load(y);
            y += last >= 4 ? step : 0;
            s4a = Vector512.Load(y);
            y += last >= 5 ? step : 0;
            s5a = Vector512.Load(y);
            y += last >= 6 ? step : 0;
            s6a = Vector512.Load(y);
            y += last >= 7 ? step : 0;
            s7a = Vector512.Load(y);
        }

        float* weights = tile->Weights;
        float* block = tile->Input;
        for (int blocks = tile->Blocks; blocks > 0; blocks--)
        {
            int* pixels = tile->Pixels;
            for (int taps = tile->Taps; taps > 0; taps--)
            {
                float* x0 = Source(tile, block, pixels[0]);
                float* x1 = Source(tile, block, pixels[1]);
                float* x2 = Source(tile, block, pixels[2]);
                float* x3 = Source(tile, block, pixels[3]);
                float* x4 = Source(tile, block, pixels[4]);
                float* x5 = Source(tile, block, pixels[5]);
                float* x6 = Source(tile, block, pixels[6]);
                float* x7 = Source(tile, block, pixels[7]);
                for (nint c = 0; c < 16; c += 2)
                {
                    Vector512<float> wa = Vector512.Load(weights);
                    Vector512<float> x = Vector512.Create(x0[c]);
                    s0a = Avx512F.FusedMultiplyAdd(wa, x, s0a);
                    x = Vector512.Create(x1[c]);
                    s1a = Avx512F.FusedMultiplyAdd(wa, x, s1a);
                    x = Vector512.Create(x2[c]);
                    s2a = Avx512F.FusedMultiplyAdd(wa, x, s2a);
                    x = Vector512.Create(x3[c]);
                    s3a = Avx512F.FusedMultiplyAdd(wa, x, s3a);
                    x = Vector512.Create(x4[c]);
                    s4a = Avx512F.FusedMultiplyAdd(wa, x, s4a);
                    x = Vector512.Create(x5[c]);
                    s5a = Avx512F.FusedMultiplyAdd(wa, x, s5a);
                    x = Vector512.Create(x6[c]);
                    s6a = Avx512F.FusedMultiplyAdd(wa, x, s6a);
                    x = Vector512.Create(x7[c]);
                    s7a = Avx512F.FusedMultiplyAdd(wa, x, s7a);
                    wa = Vector512.Load(weights + 16);
                    x = Vector512.Create(x0[c + 1]);
                    s0a = Avx512F.FusedMultiplyAdd(wa, x, s0a);
                    x = Vector512.Create(x1[c + 1]);
                    s1a = Avx512F.FusedMultiplyAdd(wa, x, s1a);
                    x = Vector512.Create(x2[c + 1]);
                    s2a = Avx512F.FusedMultiplyAdd(wa, x, s2a);
                    x = Vector512.Create(x3[c + 1]);
                    s3a = Avx512F.FusedMultiplyAdd(wa, x, s3a);
                    x = Vector512.Create(x4[c + 1]);
                    s4a = Avx512F.FusedMultiplyAdd(wa, x, s4a);
                    x = Vector512.Create(x5[c + 1]);
                    s5a = Avx512F.FusedMultiplyAdd(wa, x, s5a);
                    x = Vector512.Create(x6[c + 1]);
                    s6a = Avx512F.FusedMultiplyAdd(wa, x, s6a);
                    x = Vector512.Create(x7[c + 1]);
                    s7a = Avx512F.FusedMultiplyAdd(wa, x, s7a);
                    weights += 32;
                }

                pixels += tile->PixelStride;
            }

            block += tile->InputBlockStride;
        }

        if (tile->Residual != null)
        {
            float* r = tile->Residual;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a += Vector512.Load(r);
            r += last >= 1 ? step : 0;
            s1a += Vector512.Load(r);
            r += last >= 2 ? step : 0;
            s2a += Vector512.Load(r);
            r += last >= 3 ? step : 0;
            s3a += Vector512.Load(r);
            r += last >= 4 ? step : 0;
            s4a += Vector512.Load(r);
            r += last >= 5 ? step : 0;
            s5a += Vector512.Load(r);
            r += last >= 6 ? step : 0;
            s6a += Vector512.Load(r);
            r += last >= 7 ? step : 0;
            s7a += Vector512.Load(r);
        }

        if (tile->Clamp != 0)
        {
            Vector512<float> minimum = Vector512.Create(tile->Minimum), maximum = Vector512.Create(tile->Maximum);
            s0a = Clamp(s0a, minimum, maximum);
            s1a = Clamp(s1a, minimum, maximum);
            s2a = Clamp(s2a, minimum, maximum);
            s3a = Clamp(s3a, minimum, maximum);
            s4a = Clamp(s4a, minimum, maximum);
            s5a = Clamp(s5a, minimum, maximum);
            s6a = Clamp(s6a, minimum, maximum);
            s7a = Clamp(s7a, minimum, maximum);
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            float* y7 = y + Math.Min(last, 7) * step;
            s7a.Store(y7);
            float* y6 = y + Math.Min(last, 6) * step;
            s6a.Store(y6);
            float* y5 = y + Math.Min(last, 5) * step;
            s5a.Store(y5);
            float* y4 = y + Math.Min(last, 4) * step;
            s4a.Store(y4);
            float* y3 = y + Math.Min(last, 3) * step;
            s3a.Store(y3);
            float* y2 = y + Math.Min(last, 2) * step;
            s2a.Store(y2);
            float* y1 = y + Math.Min(last, 1) * step;
            s1a.Store(y1);
            float* y0 = y;
            s0a.Store(y0);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.SmallTile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SmallTile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector512<float> s0a, s1a, s2a, s3a;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = Vector512.Load(bias);
        }
        else
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a = Vector512.Load(y);
            y += last >= 1 ? step : 0;
            s1a = Vector512.Load(y);
            y += last >= 2 ? step : 0;
            s2a = Vector512.Load(y);
            y += last >= 3 ? step : 0;
            s3a = Vector512.Load(y);
        }

        float* weights = tile->Weights;
        float* block = tile->Input;
        for (int blocks = tile->Blocks; blocks > 0; blocks--)
        {
            int* pixels = tile->Pixels;
            for (int taps = tile->Taps; taps > 0; taps--)
            {
                float* x0 = Source(tile, block, pixels[0]);
                float* x1 = Source(tile, block, pixels[1]);
                float* x2 = Source(tile, block, pixels[2]);
                float* x3 = Source(tile, block, pixels[3]);
                for (nint c = 0; c < 16; c += 2)
                {
                    Vector512<float> wa = Vector512.Load(weights);
                    Vector512<float> x = Vector512.Create(x0[c]);
                    s0a = Avx512F.FusedMultiplyAdd(wa, x, s0a);
                    x = Vector512.Create(x1[c]);
                    s1a = Avx512F.FusedMultiplyAdd(wa, x, s1a);
                    x = Vector512.Create(x2[c]);
                    s2a = Avx512F.FusedMultiplyAdd(wa, x, s2a);
                    x = Vector512.Create(x3[c]);
                    s3a = Avx512F.FusedMultiplyAdd(wa, x, s3a);
                    wa = Vector512.Load(weights + 16);
                    x = Vector512.Create(x0[c + 1]);
                    s0a = Avx512F.FusedMultiplyAdd(wa, x, s0a);
                    x = Vector512.Create(x1[c + 1]);
                    s1a = Avx512F.FusedMultiplyAdd(wa, x, s1a);
                    x = Vector512.Create(x2[c + 1]);
                    s2a = Avx512F.FusedMultiplyAdd(wa, x, s2a);
                    x = Vector512.Create(x3[c + 1]);
                    s3a = Avx512F.FusedMultiplyAdd(wa, x, s3a);
                    weights += 32;
                }

                pixels += tile->PixelStride;
            }

            block += tile->InputBlockStride;
        }

        if (tile->Residual != null)
        {
            float* r = tile->Residual;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a += Vector512.Load(r);
            r += last >= 1 ? step : 0;
            s1a += Vector512.Load(r);
            r += last >= 2 ? step : 0;
            s2a += Vector512.Load(r);
            r += last >= 3 ? step : 0;
            s3a += Vector512.Load(r);
        }

        if (tile->Clamp != 0)
        {
            Vector512<float> minimum = Vector512.Create(tile->Minimum), maximum = Vector512.Create(tile->Maximum);
            s0a = Clamp(s0a, minimum, maximum);
            s1a = Clamp(s1a, minimum, maximum);
            s2a = Clamp(s2a, minimum, maximum);
            s3a = Clamp(s3a, minimum, maximum);
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            float* y3 = y + Math.Min(last, 3) * step;
            s3a.Store(y3);
            float* y2 = y + Math.Min(last, 2) * step;
            s2a.Store(y2);
            float* y1 = y + Math.Min(last, 1) * step;
            s1a.Store(y1);
            float* y0 = y;
            s0a.Store(y0);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.PairTile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PairTile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector512<float> s0a, s0b, s1a, s1b, s2a, s2b, s3a, s3b, s4a, s4b, s5a, s5b, s6a, s6b, s7a, s7b;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = s4a = s5a = s6a = s7a = Vector512.Load(bias);
            s0b = s1b = s2b = s3b = s4b = s5b = s6b = s7b = Vector512.Load(bias + 16);
        }
        else
        {
            float* y = tile->Output;
            long next = tile->OutputPanelStride;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a = Vector512.Load(y);
            s0b = Vector512.Load(y + next);
            y += last >= 1 ? step : 0;
            s1a = Vector512.Load(y);
            s1b = Vector512.Load(y + next);
            y += last >= 2 ? step : 0;
            s2a = Vector512.Load(y);
            s2b = Vector512.Load(y + next);
            y += last >= 3 ? step : 0;
            s3a = Vector512.Load(y);
            s3b = Vector512.Load(y + next);
            y += last >= 4 ? step : 0;
            s4a = Vector512.Load(y);
            s4b = Vector512.Load(y + next);
            y += last >= 5 ? step : 0;
            s5a = Vector512.Load(y);
            s5b = Vector512.Load(y + next);
            y += last >= 6 ? step : 0;
            s6a = Vector512.Load(y);
            s6b = Vector512.Load(y + next);
            y += last >= 7 ? step : 0;
            s7a = Vector512.Load(y);
            s7b = Vector512.Load(y + next);
        }

        float* weights = tile->Weights;
        long panel = tile->WeightsPanelStride;
        float* block = tile->Input;
        for (int blocks = tile->Blocks; blocks > 0; blocks--)
        {
            int* pixels = tile->Pixels;
            for (int taps = tile->Taps; taps > 0; taps--)
            {
                float* x0 = Source(tile, block, pixels[0]);
                float* x1 = Source(tile, block, pixels[1]);
                float* x2 = Source(tile, block, pixels[2]);
                float* x3 = Source(tile, block, pixels[3]);
                float* x4 = Source(tile, block, pixels[4]);
                float* x5 = Source(tile, block, pixels[5]);
                float* x6 = Source(tile, block, pixels[6]);
                float* x7 = Source(tile, block, pixels[7]);
                for (nint c = 0; c < 16; c += 2)
                {
                    Vector512<float> wa = Vector512.Load(weights);
                    Vector512<float> wb = Vector512.Load(weights + panel);
                    Vector512<float> x = Vector512.Create(x0[c]);
                    s0a = Avx512F.FusedMultiplyAdd(wa, x, s0a);
                    s0b = Avx512F.FusedMultiplyAdd(wb, x, s0b);
                    x = Vector512.Create(x1[c]);
                    s1a = Avx512F.FusedMultiplyAdd(wa, x, s1a);
                    s1b = Avx512F.FusedMultiplyAdd(wb, x, s1b);
                    x = Vector512.Create(x2[c]);
                    s2a = Avx512F.FusedMultiplyAdd(wa, x, s2a);
                    s2b = Avx512F.FusedMultiplyAdd(wb, x, s2b);
                    x = Vector512.Create(x3[c]);
                    s3a = Avx512F.FusedMultiplyAdd(wa, x, s3a);
                    s3b = Avx512F.FusedMultiplyAdd(wb, x, s3b);
                    x = Vector512.Create(x4[c]);
                    s4a = Avx512F.FusedMultiplyAdd(wa, x, s4a);
                    s4b = Avx512F.FusedMultiplyAdd(wb, x, s4b);
                    x = Vector512.Create(x5[c]);
                    s5a = Avx512F.FusedMultiplyAdd(wa, x, s5a);
                    s5b = Avx512F.FusedMultiplyAdd(wb, x, s5b);
                    x = Vector512.Create(x6[c]);
                    s6a = Avx512F.FusedMultiplyAdd(wa, x, s6a);
                    s6b = Avx512F.FusedMultiplyAdd(wb, x, s6b);
                    x = Vector512.Create(x7[c]);
                    s7a = Avx512F.FusedMultiplyAdd(wa, x, s7a);
                    s7b = Avx512F.FusedMultiplyAdd(wb, x, s7b);
                    wa = Vector512.Load(weights + 16);
                    wb = Vector512.Load(weights + 16 + panel);
                    x = Vector512.Create(x0[c + 1]);
                    s0a = Avx512F.FusedMultiplyAdd(wa, x, s0a);
                    s0b = Avx512F.FusedMultiplyAdd(wb, x, s0b);
                    x = Vector512.Create(x1[c + 1]);
                    s1a = Avx512F.FusedMultiplyAdd(wa, x, s1a);
                    s1b = Avx512F.FusedMultiplyAdd(wb, x, s1b);
                    x = Vector512.Create(x2[c + 1]);
                    s2a = Avx512F.FusedMultiplyAdd(wa, x, s2a);
                    s2b = Avx512F.FusedMultiplyAdd(wb, x, s2b);
                    x = Vector512.Create(x3[c + 1]);
                    s3a = Avx512F.FusedMultiplyAdd(wa, x, s3a);
                    s3b = Avx512F.FusedMultiplyAdd(wb, x, s3b);
                    x = Vector512.Create(x4[c + 1]);
                    s4a = Avx512F.FusedMultiplyAdd(wa, x, s4a);
                    s4b = Avx512F.FusedMultiplyAdd(wb, x, s4b);
                    x = Vector512.Create(x5[c + 1]);
                    s5a = Avx512F.FusedMultiplyAdd(wa, x, s5a);
                    s5b = Avx512F.FusedMultiplyAdd(wb, x, s5b);
                    x = Vector512.Create(x6[c + 1]);
                    s6a = Avx512F.FusedMultiplyAdd(wa, x, s6a);
                    s6b = Avx512F.FusedMultiplyAdd(wb, x, s6b);
                    x = Vector512.Create(x7[c + 1]);
                    s7a = Avx512F.FusedMultiplyAdd(wa, x, s7a);
                    s7b = Avx512F.FusedMultiplyAdd(wb, x, s7b);
                    weights += 32;
                }

                pixels += tile->PixelStride;
            }

            block += tile->InputBlockStride;
        }

        if (tile->Residual != null)
        {
            float* r = tile->Residual;
            long next = tile->OutputPanelStride;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a += Vector512.Load(r);
            s0b += Vector512.Load(r + next);
            r += last >= 1 ? step : 0;
            s1a += Vector512.Load(r);
            s1b += Vector512.Load(r + next);
            r += last >= 2 ? step : 0;
            s2a += Vector512.Load(r);
            s2b += Vector512.Load(r + next);
            r += last >= 3 ? step : 0;
            s3a += Vector512.Load(r);
            s3b += Vector512.Load(r + next);
            r += last >= 4 ? step : 0;
            s4a += Vector512.Load(r);
            s4b += Vector512.Load(r + next);
            r += last >= 5 ? step : 0;
            s5a += Vector512.Load(r);
            s5b += Vector512.Load(r + next);
            r += last >= 6 ? step : 0;
            s6a += Vector512.Load(r);
            s6b += Vector512.Load(r + next);
            r += last >= 7 ? step : 0;
            s7a += Vector512.Load(r);
            s7b += Vector512.Load(r + next);
        }

        if (tile->Clamp != 0)
        {
            Vector512<float> minimum = Vector512.Create(tile->Minimum), maximum = Vector512.Create(tile->Maximum);
            s0a = Clamp(s0a, minimum, maximum);
            s0b = Clamp(s0b, minimum, maximum);
            s1a = Clamp(s1a, minimum, maximum);
            s1b = Clamp(s1b, minimum, maximum);
            s2a = Clamp(s2a, minimum, maximum);
            s2b = Clamp(s2b, minimum, maximum);
            s3a = Clamp(s3a, minimum, maximum);
            s3b = Clamp(s3b, minimum, maximum);
            s4a = Clamp(s4a, minimum, maximum);
            s4b = Clamp(s4b, minimum, maximum);
            s5a = Clamp(s5a, minimum, maximum);
            s5b = Clamp(s5b, minimum, maximum);
            s6a = Clamp(s6a, minimum, maximum);
            s6b = Clamp(s6b, minimum, maximum);
            s7a = Clamp(s7a, minimum, maximum);
            s7b = Clamp(s7b, minimum, maximum);
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long next = tile->OutputPanelStride;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            float* y7 = y + Math.Min(last, 7) * step;
            s7a.Store(y7);
            s7b.Store(y7 + next);
            float* y6 = y + Math.Min(last, 6) * step;
            s6a.Store(y6);
            s6b.Store(y6 + next);
            float* y5 = y + Math.Min(last, 5) * step;
            s5a.Store(y5);
            s5b.Store(y5 + next);
            float* y4 = y + Math.Min(last, 4) * step;
            s4a.Store(y4);
            s4b.Store(y4 + next);
            float* y3 = y + Math.Min(last, 3) * step;
            s3a.Store(y3);
            s3b.Store(y3 + next);
            float* y2 = y + Math.Min(last, 2) * step;
            s2a.Store(y2);
            s2b.Store(y2 + next);
            float* y1 = y + Math.Min(last, 1) * step;
            s1a.Store(y1);
            s1b.Store(y1 + next);
            float* y0 = y;
            s0a.Store(y0);
            s0b.Store(y0 + next);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.SmallPairTile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SmallPairTile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector512<float> s0a, s0b, s1a, s1b, s2a, s2b, s3a, s3b;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = Vector512.Load(bias);
            s0b = s1b = s2b = s3b = Vector512.Load(bias + 16);
        }
        else
        {
            float* y = tile->Output;
            long next = tile->OutputPanelStride;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a = Vector512.Load(y);
            s0b = Vector512.Load(y + next);
            y += last >= 1 ? step : 0;
            s1a = Vector512.Load(y);
            s1b = Vector512.Load(y + next);
            y += last >= 2 ? step : 0;
            s2a = Vector512.Load(y);
            s2b = Vector512.Load(y + next);
            y += last >= 3 ? step : 0;
            s3a = Vector512.Load(y);
            s3b = Vector512.Load(y + next);
        }

        float* weights = tile->Weights;
        long panel = tile->WeightsPanelStride;
        float* block = tile->Input;
        for (int blocks = tile->Blocks; blocks > 0; blocks--)
        {
            int* pixels = tile->Pixels;
            for (int taps = tile->Taps; taps > 0; taps--)
            {
                float* x0 = Source(tile, block, pixels[0]);
                float* x1 = Source(tile, block, pixels[1]);
                float* x2 = Source(tile, block, pixels[2]);
                float* x3 = Source(tile, block, pixels[3]);
                for (nint c = 0; c < 16; c += 2)
                {
                    Vector512<float> wa = Vector512.Load(weights);
                    Vector512<float> wb = Vector512.Load(weights + panel);
                    Vector512<float> x = Vector512.Create(x0[c]);
                    s0a = Avx512F.FusedMultiplyAdd(wa, x, s0a);
                    s0b = Avx512F.FusedMultiplyAdd(wb, x, s0b);
                    x = Vector512.Create(x1[c]);
                    s1a = Avx512F.FusedMultiplyAdd(wa, x, s1a);
                    s1b = Avx512F.FusedMultiplyAdd(wb, x, s1b);
                    x = Vector512.Create(x2[c]);
                    s2a = Avx512F.FusedMultiplyAdd(wa, x, s2a);
                    s2b = Avx512F.FusedMultiplyAdd(wb, x, s2b);
                    x = Vector512.Create(x3[c]);
                    s3a = Avx512F.FusedMultiplyAdd(wa, x, s3a);
                    s3b = Avx512F.FusedMultiplyAdd(wb, x, s3b);
                    wa = Vector512.Load(weights + 16);
                    wb = Vector512.Load(weights + 16 + panel);
                    x = Vector512.Create(x0[c + 1]);
                    s0a = Avx512F.FusedMultiplyAdd(wa, x, s0a);
                    s0b = Avx512F.FusedMultiplyAdd(wb, x, s0b);
                    x = Vector512.Create(x1[c + 1]);
                    s1a = Avx512F.FusedMultiplyAdd(wa, x, s1a);
                    s1b = Avx512F.FusedMultiplyAdd(wb, x, s1b);
                    x = Vector512.Create(x2[c + 1]);
                    s2a = Avx512F.FusedMultiplyAdd(wa, x, s2a);
                    s2b = Avx512F.FusedMultiplyAdd(wb, x, s2b);
                    x = Vector512.Create(x3[c + 1]);
                    s3a = Avx512F.FusedMultiplyAdd(wa, x, s3a);
                    s3b = Avx512F.FusedMultiplyAdd(wb, x, s3b);
                    weights += 32;
                }

                pixels += tile->PixelStride;
            }

            block += tile->InputBlockStride;
        }

        if (tile->Residual != null)
        {
            float* r = tile->Residual;
            long next = tile->OutputPanelStride;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a += Vector512.Load(r);
            s0b += Vector512.Load(r + next);
            r += last >= 1 ? step : 0;
            s1a += Vector512.Load(r);
            s1b += Vector512.Load(r + next);
            r += last >= 2 ? step : 0;
            s2a += Vector512.Load(r);
            s2b += Vector512.Load(r + next);
            r += last >= 3 ? step : 0;
            s3a += Vector512.Load(r);
            s3b += Vector512.Load(r + next);
        }

        if (tile->Clamp != 0)
        {
            Vector512<float> minimum = Vector512.Create(tile->Minimum), maximum = Vector512.Create(tile->Maximum);
            s0a = Clamp(s0a, minimum, maximum);
            s0b = Clamp(s0b, minimum, maximum);
            s1a = Clamp(s1a, minimum, maximum);
            s1b = Clamp(s1b, minimum, maximum);
            s2a = Clamp(s2a, minimum, maximum);
            s2b = Clamp(s2b, minimum, maximum);
            s3a = Clamp(s3a, minimum, maximum);
            s3b = Clamp(s3b, minimum, maximum);
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long next = tile->OutputPanelStride;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            float* y3 = y + Math.Min(last, 3) * step;
            s3a.Store(y3);
            s3b.Store(y3 + next);
            float* y2 = y + Math.Min(last, 2) * step;
            s2a.Store(y2);
            s2b.Store(y2 + next);
            float* y1 = y + Math.Min(last, 1) * step;
            s1a.Store(y1);
            s1b.Store(y1 + next);
            float* y0 = y;
            s0a.Store(y0);
            s0b.Store(y0 + next);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.DepthwiseTile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DepthwiseTile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector512<float> s0a, s1a, s2a, s3a, s4a, s5a, s6a, s7a;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = s4a = s5a = s6a = s7a = Vector512.Load(bias);
        }
        else
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a = Vector512.Load(y);
            y += last >= 1 ? step : 0;
            s1a = Vector512.Load(y);
            y += last >= 2 ? step : 0;
            s2a = Vector512.Load(y);
            y += last >= 3 ? step : 0;
            s3a = Vector512.Load(y);
            y += last >= 4 ? step : 0;
            s4a = Vector512.Load(y);
            y += last >= 5 ? step : 0;
            s5a = Vector512.Load(y);
            y += last >= 6 ? step : 0;
            s6a = Vector512.Load(y);
            y += last >= 7 ? step : 0;
            s7a = Vector512.Load(y);
        }

        float* weights = tile->Weights;
        float* block = tile->Input;
        int* pixels = tile->Pixels;
        for (int taps = tile->Taps; taps > 0; taps--)
        {
            Vector512<float> wa = Vector512.Load(weights);
            float* x = Source(tile, block, pixels[0]);
            s0a = Avx512F.FusedMultiplyAdd(Vector512.Load(x), wa, s0a);
            x = Source(tile, block, pixels[1]);
            s1a = Avx512F.FusedMultiplyAdd(Vector512.Load(x), wa, s1a);
            x = Source(tile, block, pixels[2]);
            s2a = Avx512F.FusedMultiplyAdd(Vector512.Load(x), wa, s2a);
            x = Source(tile, block, pixels[3]);
            s3a = Avx512F.FusedMultiplyAdd(Vector512.Load(x), wa, s3a);
            x = Source(tile, block, pixels[4]);
            s4a = Avx512F.FusedMultiplyAdd(Vector512.Load(x), wa, s4a);
            x = Source(tile, block, pixels[5]);
            s5a = Avx512F.FusedMultiplyAdd(Vector512.Load(x), wa, s5a);
            x = Source(tile, block, pixels[6]);
            s6a = Avx512F.FusedMultiplyAdd(Vector512.Load(x), wa, s6a);
            x = Source(tile, block, pixels[7]);
            s7a = Avx512F.FusedMultiplyAdd(Vector512.Load(x), wa, s7a);
            weights += 16;
            pixels += tile->PixelStride;
        }

        if (tile->Residual != null)
        {
            float* r = tile->Residual;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a += Vector512.Load(r);
            r += last >= 1 ? step : 0;
            s1a += Vector512.Load(r);
            r += last >= 2 ? step : 0;
            s2a += Vector512.Load(r);
            r += last >= 3 ? step : 0;
            s3a += Vector512.Load(r);
            r += last >= 4 ? step : 0;
            s4a += Vector512.Load(r);
            r += last >= 5 ? step : 0;
            s5a += Vector512.Load(r);
            r += last >= 6 ? step : 0;
            s6a += Vector512.Load(r);
            r += last >= 7 ? step : 0;
            s7a += Vector512.Load(r);
        }

        if (tile->Clamp != 0)
        {
            Vector512<float> minimum = Vector512.Create(tile->Minimum), maximum = Vector512.Create(tile->Maximum);
            s0a = Clamp(s0a, minimum, maximum);
            s1a = Clamp(s1a, minimum, maximum);
            s2a = Clamp(s2a, minimum, maximum);
            s3a = Clamp(s3a, minimum, maximum);
            s4a = Clamp(s4a, minimum, maximum);
            s5a = Clamp(s5a, minimum, maximum);
            s6a = Clamp(s6a, minimum, maximum);
            s7a = Clamp(s7a, minimum, maximum);
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            float* y7 = y + Math.Min(last, 7) * step;
            s7a.Store(y7);
            float* y6 = y + Math.Min(last, 6) * step;
            s6a.Store(y6);
            float* y5 = y + Math.Min(last, 5) * step;
            s5a.Store(y5);
            float* y4 = y + Math.Min(last, 4) * step;
            s4a.Store(y4);
            float* y3 = y + Math.Min(last, 3) * step;
            s3a.Store(y3);
            float* y2 = y + Math.Min(last, 2) * step;
            s2a.Store(y2);
            float* y1 = y + Math.Min(last, 1) * step;
            s1a.Store(y1);
            float* y0 = y;
            s0a.Store(y0);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.PlanarTile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PlanarTile(void* arguments)
    {
        var tile = (PlanarConvolutionTile*)arguments;
        Vector512<float> s0a, s1a, s2a, s3a, s4a, s5a, s6a, s7a;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = s4a = s5a = s6a = s7a = Vector512.Load(bias);
        }
        else
        {
            float* y = tile->Output;
            int last = tile->Count - 1;
            s0a = Vector512.Load(y);
            y += last >= 1 ? 16 : 0;
            s1a = Vector512.Load(y);
            y += last >= 2 ? 16 : 0;
            s2a = Vector512.Load(y);
            y += last >= 3 ? 16 : 0;
            s3a = Vector512.Load(y);
            y += last >= 4 ? 16 : 0;
            s4a = Vector512.Load(y);
            y += last >= 5 ? 16 : 0;
            s5a = Vector512.Load(y);
            y += last >= 6 ? 16 : 0;
            s6a = Vector512.Load(y);
            y += last >= 7 ? 16 : 0;
            s7a = Vector512.Load(y);
        }

        float* weights = tile->Weights;
        float* x0 = tile->Input + tile->Pixels[0];
        float* x1 = tile->Input + tile->Pixels[1];
        float* x2 = tile->Input + tile->Pixels[2];
        float* x3 = tile->Input + tile->Pixels[3];
        float* x4 = tile->Input + tile->Pixels[4];
        float* x5 = tile->Input + tile->Pixels[5];
        float* x6 = tile->Input + tile->Pixels[6];
        float* x7 = tile->Input + tile->Pixels[7];
        long* offset = tile->Offsets;
        for (long* end = offset + tile->Depth; offset < end; offset++)
        {
            long k = *offset;
            Vector512<float> wa = Vector512.Load(weights);
            Vector512<float> x = Vector512.Create(x0[k]);
            s0a = Avx512F.FusedMultiplyAdd(wa, x, s0a);
            x = Vector512.Create(x1[k]);
            s1a = Avx512F.FusedMultiplyAdd(wa, x, s1a);
            x = Vector512.Create(x2[k]);
            s2a = Avx512F.FusedMultiplyAdd(wa, x, s2a);
            x = Vector512.Create(x3[k]);
            s3a = Avx512F.FusedMultiplyAdd(wa, x, s3a);
            x = Vector512.Create(x4[k]);
            s4a = Avx512F.FusedMultiplyAdd(wa, x, s4a);
            x = Vector512.Create(x5[k]);
            s5a = Avx512F.FusedMultiplyAdd(wa, x, s5a);
            x = Vector512.Create(x6[k]);
            s6a = Avx512F.FusedMultiplyAdd(wa, x, s6a);
            x = Vector512.Create(x7[k]);
            s7a = Avx512F.FusedMultiplyAdd(wa, x, s7a);
            weights += 16;
        }

        if (tile->Residual != null)
        {
            float* r = tile->Residual;
            int last = tile->Count - 1;
            s0a += Vector512.Load(r);
            r += last >= 1 ? 16 : 0;
            s1a += Vector512.Load(r);
            r += last >= 2 ? 16 : 0;
            s2a += Vector512.Load(r);
            r += last >= 3 ? 16 : 0;
            s3a += Vector512.Load(r);
            r += last >= 4 ? 16 : 0;
            s4a += Vector512.Load(r);
            r += last >= 5 ? 16 : 0;
            s5a += Vector512.Load(r);
            r += last >= 6 ? 16 : 0;
            s6a += Vector512.Load(r);
            r += last >= 7 ? 16 : 0;
            s7a += Vector512.Load(r);
        }

        if (tile->Clamp != 0)
        {
            Vector512<float> minimum = Vector512.Create(tile->Minimum), maximum = Vector512.Create(tile->Maximum);
            s0a = Clamp(s0a, minimum, maximum);
            s1a = Clamp(s1a, minimum, maximum);
            s2a = Clamp(s2a, minimum, maximum);
            s3a = Clamp(s3a, minimum, maximum);
            s4a = Clamp(s4a, minimum, maximum);
            s5a = Clamp(s5a, minimum, maximum);
            s6a = Clamp(s6a, minimum, maximum);
            s7a = Clamp(s7a, minimum, maximum);
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            int last = tile->Count - 1;
            float* y7 = y + Math.Min(last, 7) * 16L;
            s7a.Store(y7);
            float* y6 = y + Math.Min(last, 6) * 16L;
            s6a.Store(y6);
            float* y5 = y + Math.Min(last, 5) * 16L;
            s5a.Store(y5);
            float* y4 = y + Math.Min(last, 4) * 16L;
            s4a.Store(y4);
            float* y3 = y + Math.Min(last, 3) * 16L;
            s3a.Store(y3);
            float* y2 = y + Math.Min(last, 2) * 16L;
            s2a.Store(y2);
            float* y1 = y + Math.Min(last, 1) * 16L;
            s1a.Store(y1);
            float* y0 = y;
            s0a.Store(y0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Source(ConvolutionTile* tile, float* block, int pixel) => pixel < 0 ? tile->Zero : block + ((long)pixel << 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Clamp(Vector512<float> value, Vector512<float> minimum, Vector512<float> maximum) => Avx512F.Min(maximum, Avx512F.Max(minimum, value));
}
