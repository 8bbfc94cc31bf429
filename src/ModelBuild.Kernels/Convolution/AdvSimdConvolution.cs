using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelBuild.Kernels;

/// <summary>Microkernels of the convolutions for 32 registers of 128 bits (Arm64): 16 channels are four registers, 24 hold six pixels' sums.</summary>
internal static unsafe class AdvSimdConvolution
{
    /// <inheritdoc cref="ConvolutionMicrokernels.Tile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector128<float> s0a, s0b, s0c, s0d, s1a, s1b, s1c, s1d, s2a, s2b, s2c, s2d, s3a, s3b, s3c, s3d, s4a, s4b, s4c, s4d, s5a, s5b, s5c, s5d;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = s4a = s5a = Vector128.Load(bias);
            s0b = s1b = s2b = s3b = s4b = s5b = Vector128.Load(bias + 4);
            s0c = s1c = s2c = s3c = s4c = s5c = Vector128.Load(bias + 8);
            s0d = s1d = s2d = s3d = s4d = s5d = Vector128.Load(bias + 12);
        }
        else
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a = Vector128.Load(y);
            s0b = Vector128.Load(y + 4);
            s0c = Vector128.Load(y + 8);
            s0d = Vector128.Load(y + 12);
            y += last >= 1 ? step : 0;
            s1a = Vector128.Load(y);
            s1b = Vector128.Load(y + 4);
            s1c = Vector128.Load(y + 8);
            s1d = Vector128.Load(y + 12);
            y += last >= 2 ? step : 0;
            s2a = Vector128.Load(y);
            s2b = Vector128.Load(y + 4);
            s2c = Vector128.Load(y + 8);
            s2d = Vector128.Load(y + 12);
            y += last >= 3 ? step : 0;
            s3a = Vector128.Load(y);
            s3b = Vector128.Load(y + 4);
            s3c = Vector128.Load(y + 8);
            s3d = Vector128.Load(y + 12);
            y += last >= 4 ? step : 0;
            s4a = Vector128.Load(y);
            s4b = Vector128.Load(y + 4);
            s4c = Vector128.Load(y + 8);
            s4d = Vector128.Load(y + 12);
            y += last >= 5 ? step : 0;
            s5a = Vector128.Load(y);
            s5b = Vector128.Load(y + 4);
            s5c = Vector128.Load(y + 8);
            s5d = Vector128.Load(y + 12);
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
                for (nint c = 0; c < 16; c++)
                {
                    Vector128<float> wa = Vector128.Load(weights);
                    Vector128<float> wb = Vector128.Load(weights + 4);
                    Vector128<float> wc = Vector128.Load(weights + 8);
                    Vector128<float> wd = Vector128.Load(weights + 12);
                    Vector128<float> x = Vector128.Create(x0[c]);
                    s0a = Vector128.MultiplyAddEstimate(wa, x, s0a);
                    s0b = Vector128.MultiplyAddEstimate(wb, x, s0b);
                    s0c = Vector128.MultiplyAddEstimate(wc, x, s0c);
                    s0d = Vector128.MultiplyAddEstimate(wd, x, s0d);
                    x = Vector128.Create(x1[c]);
                    s1a = Vector128.MultiplyAddEstimate(wa, x, s1a);
                    s1b = Vector128.MultiplyAddEstimate(wb, x, s1b);
                    s1c = Vector128.MultiplyAddEstimate(wc, x, s1c);
                    s1d = Vector128.MultiplyAddEstimate(wd, x, s1d);
                    x = Vector128.Create(x2[c]);
                    s2a = Vector128.MultiplyAddEstimate(wa, x, s2a);
                    s2b = Vector128.MultiplyAddEstimate(wb, x, s2b);
                    s2c = Vector128.MultiplyAddEstimate(wc, x, s2c);
                    s2d = Vector128.MultiplyAddEstimate(wd, x, s2d);
                    x = Vector128.Create(x3[c]);
                    s3a = Vector128.MultiplyAddEstimate(wa, x, s3a);
                    s3b = Vector128.MultiplyAddEstimate(wb, x, s3b);
                    s3c = Vector128.MultiplyAddEstimate(wc, x, s3c);
                    s3d = Vector128.MultiplyAddEstimate(wd, x, s3d);
                    x = Vector128.Create(x4[c]);
                    s4a = Vector128.MultiplyAddEstimate(wa, x, s4a);
                    s4b = Vector128.MultiplyAddEstimate(wb, x, s4b);
                    s4c = Vector128.MultiplyAddEstimate(wc, x, s4c);
                    s4d = Vector128.MultiplyAddEstimate(wd, x, s4d);
                    x = Vector128.Create(x5[c]);
                    s5a = Vector128.MultiplyAddEstimate(wa, x, s5a);
                    s5b = Vector128.MultiplyAddEstimate(wb, x, s5b);
                    s5c = Vector128.MultiplyAddEstimate(wc, x, s5c);
                    s5d = Vector128.MultiplyAddEstimate(wd, x, s5d);
                    weights += 16;
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
            s0a += Vector128.Load(r);
            s0b += Vector128.Load(r + 4);
            s0c += Vector128.Load(r + 8);
            s0d += Vector128.Load(r + 12);
            r += last >= 1 ? step : 0;
            s1a += Vector128.Load(r);
            s1b += Vector128.Load(r + 4);
            s1c += Vector128.Load(r + 8);
            s1d += Vector128.Load(r + 12);
            r += last >= 2 ? step : 0;
            s2a += Vector128.Load(r);
            s2b += Vector128.Load(r + 4);
            s2c += Vector128.Load(r + 8);
            s2d += Vector128.Load(r + 12);
            r += last >= 3 ? step : 0;
            s3a += Vector128.Load(r);
            s3b += Vector128.Load(r + 4);
            s3c += Vector128.Load(r + 8);
            s3d += Vector128.Load(r + 12);
            r += last >= 4 ? step : 0;
            s4a += Vector128.Load(r);
            s4b += Vector128.Load(r + 4);
            s4c += Vector128.Load(r + 8);
            s4d += Vector128.Load(r + 12);
            r += last >= 5 ? step : 0;
            s5a += Vector128.Load(r);
            s5b += Vector128.Load(r + 4);
            s5c += Vector128.Load(r + 8);
            s5d += Vector128.Load(r + 12);
        }

        if (tile->Clamp != 0)
        {
            Vector128<float> minimum = Vector128.Create(tile->Minimum), maximum = Vector128.Create(tile->Maximum);
            s0a = Clamp(s0a, minimum, maximum);
            s0b = Clamp(s0b, minimum, maximum);
            s0c = Clamp(s0c, minimum, maximum);
            s0d = Clamp(s0d, minimum, maximum);
            s1a = Clamp(s1a, minimum, maximum);
            s1b = Clamp(s1b, minimum, maximum);
            s1c = Clamp(s1c, minimum, maximum);
            s1d = Clamp(s1d, minimum, maximum);
            s2a = Clamp(s2a, minimum, maximum);
            s2b = Clamp(s2b, minimum, maximum);
            s2c = Clamp(s2c, minimum, maximum);
            s2d = Clamp(s2d, minimum, maximum);
            s3a = Clamp(s3a, minimum, maximum);
            s3b = Clamp(s3b, minimum, maximum);
            s3c = Clamp(s3c, minimum, maximum);
            s3d = Clamp(s3d, minimum, maximum);
            s4a = Clamp(s4a, minimum, maximum);
            s4b = Clamp(s4b, minimum, maximum);
            s4c = Clamp(s4c, minimum, maximum);
            s4d = Clamp(s4d, minimum, maximum);
            s5a = Clamp(s5a, minimum, maximum);
            s5b = Clamp(s5b, minimum, maximum);
            s5c = Clamp(s5c, minimum, maximum);
            s5d = Clamp(s5d, minimum, maximum);
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            float* y5 = y + Math.Min(last, 5) * step;
            s5a.Store(y5);
            s5b.Store(y5 + 4);
            s5c.Store(y5 + 8);
            s5d.Store(y5 + 12);
            float* y4 = y + Math.Min(last, 4) * step;
            s4a.Store(y4);
            s4b.Store(y4 + 4);
            s4c.Store(y4 + 8);
            s4d.Store(y4 + 12);
            float* y3 = y + Math.Min(last, 3) * step;
            s3a.Store(y3);
            s3b.Store(y3 + 4);
            s3c.Store(y3 + 8);
            s3d.Store(y3 + 12);
            float* y2 = y + Math.Min(last, 2) * step;
            s2a.Store(y2);
            s2b.Store(y2 + 4);
            s2c.Store(y2 + 8);
            s2d.Store(y2 + 12);
            float* y1 = y + Math.Min(last, 1) * step;
            s1a.Store(y1);
            s1b.Store(y1 + 4);
            s1c.Store(y1 + 8);
            s1d.Store(y1 + 12);
            float* y0 = y;
            s0a.Store(y0);
            s0b.Store(y0 + 4);
            s0c.Store(y0 + 8);
            s0d.Store(y0 + 12);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.DepthwiseTile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DepthwiseTile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector128<float> s0a, s0b, s0c, s0d, s1a, s1b, s1c, s1d, s2a, s2b, s2c, s2d, s3a, s3b, s3c, s3d, s4a, s4b, s4c, s4d, s5a, s5b, s5c, s5d;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = s4a = s5a = Vector128.Load(bias);
            s0b = s1b = s2b = s3b = s4b = s5b = Vector128.Load(bias + 4);
            s0c = s1c = s2c = s3c = s4c = s5c = Vector128.Load(bias + 8);
            s0d = s1d = s2d = s3d = s4d = s5d = Vector128.Load(bias + 12);
        }
        else
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a = Vector128.Load(y);
            s0b = Vector128.Load(y + 4);
            s0c = Vector128.Load(y + 8);
            s0d = Vector128.Load(y + 12);
            y += last >= 1 ? step : 0;
            s1a = Vector128.Load(y);
            s1b = Vector128.Load(y + 4);
            s1c = Vector128.Load(y + 8);
            s1d = Vector128.Load(y + 12);
            y += last >= 2 ? step : 0;
            s2a = Vector128.Load(y);
            s2b = Vector128.Load(y + 4);
            s2c = Vector128.Load(y + 8);
            s2d = Vector128.Load(y + 12);
            y += last >= 3 ? step : 0;
            s3a = Vector128.Load(y);
            s3b = Vector128.Load(y + 4);
            s3c = Vector128.Load(y + 8);
            s3d = Vector128.Load(y + 12);
            y += last >= 4 ? step : 0;
            s4a = Vector128.Load(y);
            s4b = Vector128.Load(y + 4);
            s4c = Vector128.Load(y + 8);
            s4d = Vector128.Load(y + 12);
            y += last >= 5 ? step : 0;
            s5a = Vector128.Load(y);
            s5b = Vector128.Load(y + 4);
            s5c = Vector128.Load(y + 8);
            s5d = Vector128.Load(y + 12);
        }

        float* weights = tile->Weights;
        float* block = tile->Input;
        int* pixels = tile->Pixels;
        for (int taps = tile->Taps; taps > 0; taps--)
        {
            Vector128<float> wa = Vector128.Load(weights), wb = Vector128.Load(weights + 4), wc = Vector128.Load(weights + 8), wd = Vector128.Load(weights + 12);
            float* x = Source(tile, block, pixels[0]);
            s0a = Vector128.MultiplyAddEstimate(Vector128.Load(x), wa, s0a);
            s0b = Vector128.MultiplyAddEstimate(Vector128.Load(x + 4), wb, s0b);
            s0c = Vector128.MultiplyAddEstimate(Vector128.Load(x + 8), wc, s0c);
            s0d = Vector128.MultiplyAddEstimate(Vector128.Load(x + 12), wd, s0d);
            x = Source(tile, block, pixels[1]);
            s1a = Vector128.MultiplyAddEstimate(Vector128.Load(x), wa, s1a);
            s1b = Vector128.MultiplyAddEstimate(Vector128.Load(x + 4), wb, s1b);
            s1c = Vector128.MultiplyAddEstimate(Vector128.Load(x + 8), wc, s1c);
            s1d = Vector128.MultiplyAddEstimate(Vector128.Load(x + 12), wd, s1d);
            x = Source(tile, block, pixels[2]);
            s2a = Vector128.MultiplyAddEstimate(Vector128.Load(x), wa, s2a);
            s2b = Vector128.MultiplyAddEstimate(Vector128.Load(x + 4), wb, s2b);
            s2c = Vector128.MultiplyAddEstimate(Vector128.Load(x + 8), wc, s2c);
            s2d = Vector128.MultiplyAddEstimate(Vector128.Load(x + 12), wd, s2d);
            x = Source(tile, block, pixels[3]);
            s3a = Vector128.MultiplyAddEstimate(Vector128.Load(x), wa, s3a);
            s3b = Vector128.MultiplyAddEstimate(Vector128.Load(x + 4), wb, s3b);
            s3c = Vector128.MultiplyAddEstimate(Vector128.Load(x + 8), wc, s3c);
            s3d = Vector128.MultiplyAddEstimate(Vector128.Load(x + 12), wd, s3d);
            x = Source(tile, block, pixels[4]);
            s4a = Vector128.MultiplyAddEstimate(Vector128.Load(x), wa, s4a);
            s4b = Vector128.MultiplyAddEstimate(Vector128.Load(x + 4), wb, s4b);
            s4c = Vector128.MultiplyAddEstimate(Vector128.Load(x + 8), wc, s4c);
            s4d = Vector128.MultiplyAddEstimate(Vector128.Load(x + 12), wd, s4d);
            x = Source(tile, block, pixels[5]);
            s5a = Vector128.MultiplyAddEstimate(Vector128.Load(x), wa, s5a);
            s5b = Vector128.MultiplyAddEstimate(Vector128.Load(x + 4), wb, s5b);
            s5c = Vector128.MultiplyAddEstimate(Vector128.Load(x + 8), wc, s5c);
            s5d = Vector128.MultiplyAddEstimate(Vector128.Load(x + 12), wd, s5d);
            weights += 16;
            pixels += tile->PixelStride;
        }

        if (tile->Residual != null)
        {
            float* r = tile->Residual;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a += Vector128.Load(r);
            s0b += Vector128.Load(r + 4);
            s0c += Vector128.Load(r + 8);
            s0d += Vector128.Load(r + 12);
            r += last >= 1 ? step : 0;
            s1a += Vector128.Load(r);
            s1b += Vector128.Load(r + 4);
            s1c += Vector128.Load(r + 8);
            s1d += Vector128.Load(r + 12);
            r += last >= 2 ? step : 0;
            s2a += Vector128.Load(r);
            s2b += Vector128.Load(r + 4);
            s2c += Vector128.Load(r + 8);
            s2d += Vector128.Load(r + 12);
            r += last >= 3 ? step : 0;
            s3a += Vector128.Load(r);
            s3b += Vector128.Load(r + 4);
            s3c += Vector128.Load(r + 8);
            s3d += Vector128.Load(r + 12);
            r += last >= 4 ? step : 0;
            s4a += Vector128.Load(r);
            s4b += Vector128.Load(r + 4);
            s4c += Vector128.Load(r + 8);
            s4d += Vector128.Load(r + 12);
            r += last >= 5 ? step : 0;
            s5a += Vector128.Load(r);
            s5b += Vector128.Load(r + 4);
            s5c += Vector128.Load(r + 8);
            s5d += Vector128.Load(r + 12);
        }

        if (tile->Clamp != 0)
        {
            Vector128<float> minimum = Vector128.Create(tile->Minimum), maximum = Vector128.Create(tile->Maximum);
            s0a = Clamp(s0a, minimum, maximum);
            s0b = Clamp(s0b, minimum, maximum);
            s0c = Clamp(s0c, minimum, maximum);
            s0d = Clamp(s0d, minimum, maximum);
            s1a = Clamp(s1a, minimum, maximum);
            s1b = Clamp(s1b, minimum, maximum);
            s1c = Clamp(s1c, minimum, maximum);
            s1d = Clamp(s1d, minimum, maximum);
            s2a = Clamp(s2a, minimum, maximum);
            s2b = Clamp(s2b, minimum, maximum);
            s2c = Clamp(s2c, minimum, maximum);
            s2d = Clamp(s2d, minimum, maximum);
            s3a = Clamp(s3a, minimum, maximum);
            s3b = Clamp(s3b, minimum, maximum);
            s3c = Clamp(s3c, minimum, maximum);
            s3d = Clamp(s3d, minimum, maximum);
            s4a = Clamp(s4a, minimum, maximum);
            s4b = Clamp(s4b, minimum, maximum);
            s4c = Clamp(s4c, minimum, maximum);
            s4d = Clamp(s4d, minimum, maximum);
            s5a = Clamp(s5a, minimum, maximum);
            s5b = Clamp(s5b, minimum, maximum);
            s5c = Clamp(s5c, minimum, maximum);
            s5d = Clamp(s5d, minimum, maximum);
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            float* y5 = y + Math.Min(last, 5) * step;
            s5a.Store(y5);
            s5b.Store(y5 + 4);
            s5c.Store(y5 + 8);
            s5d.Store(y5 + 12);
            float* y4 = y + Math.Min(last, 4) * step;
            s4a.Store(y4);
            s4b.Store(y4 + 4);
            s4c.Store(y4 + 8);
            s4d.Store(y4 + 12);
            float* y3 = y + Math.Min(last, 3) * step;
            s3a.Store(y3);
            s3b.Store(y3 + 4);
            s3c.Store(y3 + 8);
            s3d.Store(y3 + 12);
            float* y2 = y + Math.Min(last, 2) * step;
            s2a.Store(y2);
            s2b.Store(y2 + 4);
            s2c.Store(y2 + 8);
            s2d.Store(y2 + 12);
            float* y1 = y + Math.Min(last, 1) * step;
            s1a.Store(y1);
            s1b.Store(y1 + 4);
            s1c.Store(y1 + 8);
            s1d.Store(y1 + 12);
            float* y0 = y;
            s0a.Store(y0);
            s0b.Store(y0 + 4);
            s0c.Store(y0 + 8);
            s0d.Store(y0 + 12);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.PlanarTile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PlanarTile(void* arguments)
    {
        var tile = (PlanarConvolutionTile*)arguments;
        Vector128<float> s0a, s0b, s0c, s0d, s1a, s1b, s1c, s1d, s2a, s2b, s2c, s2d, s3a, s3b, s3c, s3d, s4a, s4b, s4c, s4d, s5a, s5b, s5c, s5d;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = s4a = s5a = Vector128.Load(bias);
            s0b = s1b = s2b = s3b = s4b = s5b = Vector128.Load(bias + 4);
            s0c = s1c = s2c = s3c = s4c = s5c = Vector128.Load(bias + 8);
            s0d = s1d = s2d = s3d = s4d = s5d = Vector128.Load(bias + 12);
        }
        else
        {
            float* y = tile->Output;
            int last = tile->Count - 1;
            s0a = Vector128.Load(y);
            s0b = Vector128.Load(y + 4);
            s0c = Vector128.Load(y + 8);
            s0d = Vector128.Load(y + 12);
            y += last >= 1 ? 16 : 0;
            s1a = Vector128.Load(y);
            s1b = Vector128.Load(y + 4);
            s1c = Vector128.Load(y + 8);
            s1d = Vector128.Load(y + 12);
            y += last >= 2 ? 16 : 0;
            s2a = Vector128.Load(y);
            s2b = Vector128.Load(y + 4);
            s2c = Vector128.Load(y + 8);
            s2d = Vector128.Load(y + 12);
            y += last >= 3 ? 16 : 0;
            s3a = Vector128.Load(y);
            s3b = Vector128.Load(y + 4);
            s3c = Vector128.Load(y + 8);
            s3d = Vector128.Load(y + 12);
            y += last >= 4 ? 16 : 0;
            s4a = Vector128.Load(y);
            s4b = Vector128.Load(y + 4);
            s4c = Vector128.Load(y + 8);
            s4d = Vector128.Load(y + 12);
            y += last >= 5 ? 16 : 0;
            s5a = Vector128.Load(y);
            s5b = Vector128.Load(y + 4);
            s5c = Vector128.Load(y + 8);
            s5d = Vector128.Load(y + 12);
        }

        float* weights = tile->Weights;
        float* x0 = tile->Input + tile->Pixels[0];
        float* x1 = tile->Input + tile->Pixels[1];
        float* x2 = tile->Input + tile->Pixels[2];
        float* x3 = tile->Input + tile->Pixels[3];
        float* x4 = tile->Input + tile->Pixels[4];
        float* x5 = tile->Input + tile->Pixels[5];
        long* offset = tile->Offsets;
        for (long* end = offset + tile->Depth; offset < end; offset++)
        {
            long k = *offset;
            Vector128<float> wa = Vector128.Load(weights), wb = Vector128.Load(weights + 4), wc = Vector128.Load(weights + 8), wd = Vector128.Load(weights + 12);
            Vector128<float> x = Vector128.Create(x0[k]);
            s0a = Vector128.MultiplyAddEstimate(wa, x, s0a);
            s0b = Vector128.MultiplyAddEstimate(wb, x, s0b);
            s0c = Vector128.MultiplyAddEstimate(wc, x, s0c);
            s0d = Vector128.MultiplyAddEstimate(wd, x, s0d);
            x = Vector128.Create(x1[k]);
            s1a = Vector128.MultiplyAddEstimate(wa, x, s1a);
            s1b = Vector128.MultiplyAddEstimate(wb, x, s1b);
            s1c = Vector128.MultiplyAddEstimate(wc, x, s1c);
            s1d = Vector128.MultiplyAddEstimate(wd, x, s1d);
            x = Vector128.Create(x2[k]);
            s2a = Vector128.MultiplyAddEstimate(wa, x, s2a);
            s2b = Vector128.MultiplyAddEstimate(wb, x, s2b);
            s2c = Vector128.MultiplyAddEstimate(wc, x, s2c);
            s2d = Vector128.MultiplyAddEstimate(wd, x, s2d);
            x = Vector128.Create(x3[k]);
            s3a = Vector128.MultiplyAddEstimate(wa, x, s3a);
            s3b = Vector128.MultiplyAddEstimate(wb, x, s3b);
            s3c = Vector128.MultiplyAddEstimate(wc, x, s3c);
            s3d = Vector128.MultiplyAddEstimate(wd, x, s3d);
            x = Vector128.Create(x4[k]);
            s4a = Vector128.MultiplyAddEstimate(wa, x, s4a);
            s4b = Vector128.MultiplyAddEstimate(wb, x, s4b);
            s4c = Vector128.MultiplyAddEstimate(wc, x, s4c);
            s4d = Vector128.MultiplyAddEstimate(wd, x, s4d);
            x = Vector128.Create(x5[k]);
            s5a = Vector128.MultiplyAddEstimate(wa, x, s5a);
            s5b = Vector128.MultiplyAddEstimate(wb, x, s5b);
            s5c = Vector128.MultiplyAddEstimate(wc, x, s5c);
            s5d = Vector128.MultiplyAddEstimate(wd, x, s5d);
            weights += 16;
        }

        if (tile->Residual != null)
        {
            float* r = tile->Residual;
            int last = tile->Count - 1;
            s0a += Vector128.Load(r);
            s0b += Vector128.Load(r + 4);
            s0c += Vector128.Load(r + 8);
            s0d += Vector128.Load(r + 12);
            r += last >= 1 ? 16 : 0;
            s1a += Vector128.Load(r);
            s1b += Vector128.Load(r + 4);
            s1c += Vector128.Load(r + 8);
            s1d += Vector128.Load(r + 12);
            r += last >= 2 ? 16 : 0;
            s2a += Vector128.Load(r);
            s2b += Vector128.Load(r + 4);
            s2c += Vector128.Load(r + 8);
            s2d += Vector128.Load(r + 12);
            r += last >= 3 ? 16 : 0;
            s3a += Vector128.Load(r);
            s3b += Vector128.Load(r + 4);
            s3c += Vector128.Load(r + 8);
            s3d += Vector128.Load(r + 12);
            r += last >= 4 ? 16 : 0;
            s4a += Vector128.Load(r);
            s4b += Vector128.Load(r + 4);
            s4c += Vector128.Load(r + 8);
            s4d += Vector128.Load(r + 12);
            r += last >= 5 ? 16 : 0;
            s5a += Vector128.Load(r);
            s5b += Vector128.Load(r + 4);
            s5c += Vector128.Load(r + 8);
            s5d += Vector128.Load(r + 12);
        }

        if (tile->Clamp != 0)
        {
            Vector128<float> minimum = Vector128.Create(tile->Minimum), maximum = Vector128.Create(tile->Maximum);
            s0a = Clamp(s0a, minimum, maximum);
            s0b = Clamp(s0b, minimum, maximum);
            s0c = Clamp(s0c, minimum, maximum);
            s0d = Clamp(s0d, minimum, maximum);
            s1a = Clamp(s1a, minimum, maximum);
            s1b = Clamp(s1b, minimum, maximum);
            s1c = Clamp(s1c, minimum, maximum);
            s1d = Clamp(s1d, minimum, maximum);
            s2a = Clamp(s2a, minimum, maximum);
            s2b = Clamp(s2b, minimum, maximum);
            s2c = Clamp(s2c, minimum, maximum);
            s2d = Clamp(s2d, minimum, maximum);
            s3a = Clamp(s3a, minimum, maximum);
            s3b = Clamp(s3b, minimum, maximum);
            s3c = Clamp(s3c, minimum, maximum);
            s3d = Clamp(s3d, minimum, maximum);
            s4a = Clamp(s4a, minimum, maximum);
            s4b = Clamp(s4b, minimum, maximum);
            s4c = Clamp(s4c, minimum, maximum);
            s4d = Clamp(s4d, minimum, maximum);
            s5a = Clamp(s5a, minimum, maximum);
            s5b = Clamp(s5b, minimum, maximum);
            s5c = Clamp(s5c, minimum, maximum);
            s5d = Clamp(s5d, minimum, maximum);
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            int last = tile->Count - 1;
            float* y5 = y + Math.Min(last, 5) * 16L;
            s5a.Store(y5);
            s5b.Store(y5 + 4);
            s5c.Store(y5 + 8);
            s5d.Store(y5 + 12);
            float* y4 = y + Math.Min(last, 4) * 16L;
            s4a.Store(y4);
            s4b.Store(y4 + 4);
            s4c.Store(y4 + 8);
            s4d.Store(y4 + 12);
            float* y3 = y + Math.Min(last, 3) * 16L;
            s3a.Store(y3);
            s3b.Store(y3 + 4);
            s3c.Store(y3 + 8);
            s3d.Store(y3 + 12);
            float* y2 = y + Math.Min(last, 2) * 16L;
            s2a.Store(y2);
            s2b.Store(y2 + 4);
            s2c.Store(y2 + 8);
            s2d.Store(y2 + 12);
            float* y1 = y + Math.Min(last, 1) * 16L;
            s1a.Store(y1);
            s1b.Store(y1 + 4);
            s1c.Store(y1 + 8);
            s1d.Store(y1 + 12);
            float* y0 = y;
            s0a.Store(y0);
            s0b.Store(y0 + 4);
            s0c.Store(y0 + 8);
            s0d.Store(y0 + 12);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Source(ConvolutionTile* tile, float* block, int pixel) => pixel < 0 ? tile->Zero : block + ((long)pixel << 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Clamp(Vector128<float> value, Vector128<float> minimum, Vector128<float> maximum)
    {
        value = Vector128.ConditionalSelect(Vector128.GreaterThan(minimum, value), minimum, value);
        return Vector128.ConditionalSelect(Vector128.LessThan(maximum, value), maximum, value);
    }
}
