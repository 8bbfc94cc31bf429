using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelBuild.Kernels;

/// <summary>Microkernels of the convolutions with AVX2 and FMA: 16 channels are two registers, twelve registers hold six pixels' sums.</summary>
internal static unsafe class Avx2Convolution
{
    /// <inheritdoc cref="ConvolutionMicrokernels.Tile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector256<float> s0a, s0b, s1a, s1b, s2a, s2b, s3a, s3b, s4a, s4b, s5a, s5b;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = s4a = s5a = Vector256.Load(bias);
            s0b = s1b = s2b = s3b = s4b = s5b = Vector256.Load(bias + 8);
        }
        else
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a = Vector256.Load(y);
            s0b = Vector256.Load(y + 8);
            y += last >= 1 ? step : 0;
            s1a = Vector256.Load(y);
            s1b = Vector256.Load(y + 8);
            y += last >= 2 ? step : 0;
            s2a = Vector256.Load(y);
            s2b = Vector256.Load(y + 8);
            y += last >= 3 ? step : 0;
            s3a = Vector256.Load(y);
            s3b = Vector256.Load(y + 8);
            y += last >= 4 ? step : 0;
            s4a = Vector256.Load(y);
            s4b = Vector256.Load(y + 8);
            y += last >= 5 ? step : 0;
            s5a = Vector256.Load(y);
            s5b = Vector256.Load(y + 8);
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
                for (nint c = 0; c < 16; c += 2)
                {
                    Vector256<float> wa = Vector256.Load(weights);
                    Vector256<float> wb = Vector256.Load(weights + 8);
                    Vector256<float> x = Vector256.Create(x0[c]);
                    s0a = Fma.MultiplyAdd(wa, x, s0a);
                    s0b = Fma.MultiplyAdd(wb, x, s0b);
                    x = Vector256.Create(x1[c]);
                    s1a = Fma.MultiplyAdd(wa, x, s1a);
                    s1b = Fma.MultiplyAdd(wb, x, s1b);
                    x = Vector256.Create(x2[c]);
                    s2a = Fma.MultiplyAdd(wa, x, s2a);
                    s2b = Fma.MultiplyAdd(wb, x, s2b);
                    x = Vector256.Create(x3[c]);
                    s3a = Fma.MultiplyAdd(wa, x, s3a);
                    s3b = Fma.MultiplyAdd(wb, x, s3b);
                    x = Vector256.Create(x4[c]);
                    s4a = Fma.MultiplyAdd(wa, x, s4a);
                    s4b = Fma.MultiplyAdd(wb, x, s4b);
                    x = Vector256.Create(x5[c]);
                    s5a = Fma.MultiplyAdd(wa, x, s5a);
                    s5b = Fma.MultiplyAdd(wb, x, s5b);
                    wa = Vector256.Load(weights + 16);
                    wb = Vector256.Load(weights + 24);
                    x = Vector256.Create(x0[c + 1]);
                    s0a = Fma.MultiplyAdd(wa, x, s0a);
                    s0b = Fma.MultiplyAdd(wb, x, s0b);
                    x = Vector256.Create(x1[c + 1]);
                    s1a = Fma.MultiplyAdd(wa, x, s1a);
                    s1b = Fma.MultiplyAdd(wb, x, s1b);
                    x = Vector256.Create(x2[c + 1]);
                    s2a = Fma.MultiplyAdd(wa, x, s2a);
                    s2b = Fma.MultiplyAdd(wb, x, s2b);
                    x = Vector256.Create(x3[c + 1]);
                    s3a = Fma.MultiplyAdd(wa, x, s3a);
                    s3b = Fma.MultiplyAdd(wb, x, s3b);
                    x = Vector256.Create(x4[c + 1]);
                    s4a = Fma.MultiplyAdd(wa, x, s4a);
                    s4b = Fma.MultiplyAdd(wb, x, s4b);
                    x = Vector256.Create(x5[c + 1]);
                    s5a = Fma.MultiplyAdd(wa, x, s5a);
                    s5b = Fma.MultiplyAdd(wb, x, s5b);
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
            s0a += Vector256.Load(r);
            s0b += Vector256.Load(r + 8);
            r += last >= 1 ? step : 0;
            s1a += Vector256.Load(r);
            s1b += Vector256.Load(r + 8);
            r += last >= 2 ? step : 0;
            s2a += Vector256.Load(r);
            s2b += Vector256.Load(r + 8);
            r += last >= 3 ? step : 0;
            s3a += Vector256.Load(r);
            s3b += Vector256.Load(r + 8);
            r += last >= 4 ? step : 0;
            s4a += Vector256.Load(r);
            s4b += Vector256.Load(r + 8);
            r += last >= 5 ? step : 0;
            s5a += Vector256.Load(r);
            s5b += Vector256.Load(r + 8);
        }

        if (tile->Clamp != 0)
        {
            Vector256<float> minimum = Vector256.Create(tile->Minimum), maximum = Vector256.Create(tile->Maximum);
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
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            float* y5 = y + Math.Min(last, 5) * step;
            s5a.Store(y5);
            s5b.Store(y5 + 8);
            float* y4 = y + Math.Min(last, 4) * step;
            s4a.Store(y4);
            s4b.Store(y4 + 8);
            float* y3 = y + Math.Min(last, 3) * step;
            s3a.Store(y3);
            s3b.Store(y3 + 8);
            float* y2 = y + Math.Min(last, 2) * step;
            s2a.Store(y2);
            s2b.Store(y2 + 8);
            float* y1 = y + Math.Min(last, 1) * step;
            s1a.Store(y1);
            s1b.Store(y1 + 8);
            float* y0 = y;
            s0a.Store(y0);
            s0b.Store(y0 + 8);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.SmallTile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SmallTile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector256<float> s0a, s0b, s1a, s1b, s2a, s2b, s3a, s3b;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = Vector256.Load(bias);
            s0b = s1b = s2b = s3b = Vector256.Load(bias + 8);
        }
        else
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a = Vector256.Load(y);
            s0b = Vector256.Load(y + 8);
            y += last >= 1 ? step : 0;
            s1a = Vector256.Load(y);
            s1b = Vector256.Load(y + 8);
            y += last >= 2 ? step : 0;
            s2a = Vector256.Load(y);
            s2b = Vector256.Load(y + 8);
            y += last >= 3 ? step : 0;
            s3a = Vector256.Load(y);
            s3b = Vector256.Load(y + 8);
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
                    Vector256<float> wa = Vector256.Load(weights);
                    Vector256<float> wb = Vector256.Load(weights + 8);
                    Vector256<float> x = Vector256.Create(x0[c]);
                    s0a = Fma.MultiplyAdd(wa, x, s0a);
                    s0b = Fma.MultiplyAdd(wb, x, s0b);
                    x = Vector256.Create(x1[c]);
                    s1a = Fma.MultiplyAdd(wa, x, s1a);
                    s1b = Fma.MultiplyAdd(wb, x, s1b);
                    x = Vector256.Create(x2[c]);
                    s2a = Fma.MultiplyAdd(wa, x, s2a);
                    s2b = Fma.MultiplyAdd(wb, x, s2b);
                    x = Vector256.Create(x3[c]);
                    s3a = Fma.MultiplyAdd(wa, x, s3a);
                    s3b = Fma.MultiplyAdd(wb, x, s3b);
                    wa = Vector256.Load(weights + 16);
                    wb = Vector256.Load(weights + 24);
                    x = Vector256.Create(x0[c + 1]);
                    s0a = Fma.MultiplyAdd(wa, x, s0a);
                    s0b = Fma.MultiplyAdd(wb, x, s0b);
                    x = Vector256.Create(x1[c + 1]);
                    s1a = Fma.MultiplyAdd(wa, x, s1a);
                    s1b = Fma.MultiplyAdd(wb, x, s1b);
                    x = Vector256.Create(x2[c + 1]);
                    s2a = Fma.MultiplyAdd(wa, x, s2a);
                    s2b = Fma.MultiplyAdd(wb, x, s2b);
                    x = Vector256.Create(x3[c + 1]);
                    s3a = Fma.MultiplyAdd(wa, x, s3a);
                    s3b = Fma.MultiplyAdd(wb, x, s3b);
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
            s0a += Vector256.Load(r);
            s0b += Vector256.Load(r + 8);
            r += last >= 1 ? step : 0;
            s1a += Vector256.Load(r);
            s1b += Vector256.Load(r + 8);
            r += last >= 2 ? step : 0;
            s2a += Vector256.Load(r);
            s2b += Vector256.Load(r + 8);
            r += last >= 3 ? step : 0;
            s3a += Vector256.Load(r);
            s3b += Vector256.Load(r + 8);
        }

        if (tile->Clamp != 0)
        {
            Vector256<float> minimum = Vector256.Create(tile->Minimum), maximum = Vector256.Create(tile->Maximum);
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
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            float* y3 = y + Math.Min(last, 3) * step;
            s3a.Store(y3);
            s3b.Store(y3 + 8);
            float* y2 = y + Math.Min(last, 2) * step;
            s2a.Store(y2);
            s2b.Store(y2 + 8);
            float* y1 = y + Math.Min(last, 1) * step;
            s1a.Store(y1);
            s1b.Store(y1 + 8);
            float* y0 = y;
            s0a.Store(y0);
            s0b.Store(y0 + 8);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.DepthwiseTile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DepthwiseTile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector256<float> s0a, s0b, s1a, s1b, s2a, s2b, s3a, s3b, s4a, s4b, s5a, s5b;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = s4a = s5a = Vector256.Load(bias);
            s0b = s1b = s2b = s3b = s4b = s5b = Vector256.Load(bias + 8);
        }
        else
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a = Vector256.Load(y);
            s0b = Vector256.Load(y + 8);
            y += last >= 1 ? step : 0;
            s1a = Vector256.Load(y);
            s1b = Vector256.Load(y + 8);
            y += last >= 2 ? step : 0;
            s2a = Vector256.Load(y);
            s2b = Vector256.Load(y + 8);
            y += last >= 3 ? step : 0;
            s3a = Vector256.Load(y);
            s3b = Vector256.Load(y + 8);
            y += last >= 4 ? step : 0;
            s4a = Vector256.Load(y);
            s4b = Vector256.Load(y + 8);
            y += last >= 5 ? step : 0;
            s5a = Vector256.Load(y);
            s5b = Vector256.Load(y + 8);
        }

        float* weights = tile->Weights;
        float* block = tile->Input;
        int* pixels = tile->Pixels;
        for (int taps = tile->Taps; taps > 0; taps--)
        {
            Vector256<float> wa = Vector256.Load(weights), wb = Vector256.Load(weights + 8);
            float* x = Source(tile, block, pixels[0]);
            s0a = Fma.MultiplyAdd(Vector256.Load(x), wa, s0a);
            s0b = Fma.MultiplyAdd(Vector256.Load(x + 8), wb, s0b);
            x = Source(tile, block, pixels[1]);
            s1a = Fma.MultiplyAdd(Vector256.Load(x), wa, s1a);
            s1b = Fma.MultiplyAdd(Vector256.Load(x + 8), wb, s1b);
            x = Source(tile, block, pixels[2]);
            s2a = Fma.MultiplyAdd(Vector256.Load(x), wa, s2a);
            s2b = Fma.MultiplyAdd(Vector256.Load(x + 8), wb, s2b);
            x = Source(tile, block, pixels[3]);
            s3a = Fma.MultiplyAdd(Vector256.Load(x), wa, s3a);
            s3b = Fma.MultiplyAdd(Vector256.Load(x + 8), wb, s3b);
            x = Source(tile, block, pixels[4]);
            s4a = Fma.MultiplyAdd(Vector256.Load(x), wa, s4a);
            s4b = Fma.MultiplyAdd(Vector256.Load(x + 8), wb, s4b);
            x = Source(tile, block, pixels[5]);
            s5a = Fma.MultiplyAdd(Vector256.Load(x), wa, s5a);
            s5b = Fma.MultiplyAdd(Vector256.Load(x + 8), wb, s5b);
            weights += 16;
            pixels += tile->PixelStride;
        }

        if (tile->Residual != null)
        {
            float* r = tile->Residual;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            s0a += Vector256.Load(r);
            s0b += Vector256.Load(r + 8);
            r += last >= 1 ? step : 0;
            s1a += Vector256.Load(r);
            s1b += Vector256.Load(r + 8);
            r += last >= 2 ? step : 0;
            s2a += Vector256.Load(r);
            s2b += Vector256.Load(r + 8);
            r += last >= 3 ? step : 0;
            s3a += Vector256.Load(r);
            s3b += Vector256.Load(r + 8);
            r += last >= 4 ? step : 0;
            s4a += Vector256.Load(r);
            s4b += Vector256.Load(r + 8);
            r += last >= 5 ? step : 0;
            s5a += Vector256.Load(r);
            s5b += Vector256.Load(r + 8);
        }

        if (tile->Clamp != 0)
        {
            Vector256<float> minimum = Vector256.Create(tile->Minimum), maximum = Vector256.Create(tile->Maximum);
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
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
            float* y5 = y + Math.Min(last, 5) * step;
            s5a.Store(y5);
            s5b.Store(y5 + 8);
            float* y4 = y + Math.Min(last, 4) * step;
            s4a.Store(y4);
            s4b.Store(y4 + 8);
            float* y3 = y + Math.Min(last, 3) * step;
            s3a.Store(y3);
            s3b.Store(y3 + 8);
            float* y2 = y + Math.Min(last, 2) * step;
            s2a.Store(y2);
            s2b.Store(y2 + 8);
            float* y1 = y + Math.Min(last, 1) * step;
            s1a.Store(y1);
            s1b.Store(y1 + 8);
            float* y0 = y;
            s0a.Store(y0);
            s0b.Store(y0 + 8);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.DepthwiseStrip"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DepthwiseStrip(void* arguments)
    {
        var strip = (DepthwiseStrip*)arguments;
        if (strip->Count < 6)
        {
            Kernels.DepthwiseStrip.Run<Float32x8>(arguments);
            return;
        }

        for (int p = 0; p < strip->Count; p += 6)
        {
            // The last six overlap those before.
            int pixel = Math.Min(p, strip->Count - 6);
            Vector256<float> s0a, s0b, s1a, s1b, s2a, s2b, s3a, s3b, s4a, s4b, s5a, s5b;
            s0a = s1a = s2a = s3a = s4a = s5a = Vector256.Load(strip->Bias);
            s0b = s1b = s2b = s3b = s4b = s5b = Vector256.Load(strip->Bias + 8);
            nint step = (nint)strip->PixelStride;
            float* input = strip->Input + pixel * step;
            float* weights = strip->Weights;
            long* offset = strip->Offsets;
            for (long* end = offset + strip->Taps; offset < end; offset++)
            {
                float* x = input + *offset;
                float* y = x + 3 * step;
                Vector256<float> wa = Vector256.Load(weights), wb = Vector256.Load(weights + 8);
                s0a = Fma.MultiplyAdd(Vector256.Load(x), wa, s0a);
                s0b = Fma.MultiplyAdd(Vector256.Load(x + 8), wb, s0b);
                s1a = Fma.MultiplyAdd(Vector256.Load(x + step), wa, s1a);
                s1b = Fma.MultiplyAdd(Vector256.Load(x + step + 8), wb, s1b);
                s2a = Fma.MultiplyAdd(Vector256.Load(x + 2 * step), wa, s2a);
                s2b = Fma.MultiplyAdd(Vector256.Load(x + 2 * step + 8), wb, s2b);
                s3a = Fma.MultiplyAdd(Vector256.Load(y), wa, s3a);
                s3b = Fma.MultiplyAdd(Vector256.Load(y + 8), wb, s3b);
                s4a = Fma.MultiplyAdd(Vector256.Load(y + step), wa, s4a);
                s4b = Fma.MultiplyAdd(Vector256.Load(y + step + 8), wb, s4b);
                s5a = Fma.MultiplyAdd(Vector256.Load(y + 2 * step), wa, s5a);
                s5b = Fma.MultiplyAdd(Vector256.Load(y + 2 * step + 8), wb, s5b);
                weights += 16;
            }

            long place = pixel * 16L;
            if (strip->Residual != null)
            {
                float* r = strip->Residual + place;
                s0a += Vector256.Load(r);
                s0b += Vector256.Load(r + 8);
                s1a += Vector256.Load(r + 16);
                s1b += Vector256.Load(r + 24);
                s2a += Vector256.Load(r + 32);
                s2b += Vector256.Load(r + 40);
                s3a += Vector256.Load(r + 48);
                s3b += Vector256.Load(r + 56);
                s4a += Vector256.Load(r + 64);
                s4b += Vector256.Load(r + 72);
                s5a += Vector256.Load(r + 80);
                s5b += Vector256.Load(r + 88);
            }

            if (strip->Clamp != 0)
            {
                Vector256<float> minimum = Vector256.Create(strip->Minimum), maximum = Vector256.Create(strip->Maximum);
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
            }

            float* output = strip->Output + place;
            s0a.Store(output);
            s0b.Store(output + 8);
            s1a.Store(output + 16);
            s1b.Store(output + 24);
            s2a.Store(output + 32);
            s2b.Store(output + 40);
            s3a.Store(output + 48);
            s3b.Store(output + 56);
            s4a.Store(output + 64);
            s4b.Store(output + 72);
            s5a.Store(output + 80);
            s5b.Store(output + 88);
        }
    }

    /// <inheritdoc cref="ConvolutionMicrokernels.PlanarTile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PlanarTile(void* arguments)
    {
        var tile = (PlanarConvolutionTile*)arguments;
        Vector256<float> s0a, s0b, s1a, s1b, s2a, s2b, s3a, s3b, s4a, s4b, s5a, s5b;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = s2a = s3a = s4a = s5a = Vector256.Load(bias);
            s0b = s1b = s2b = s3b = s4b = s5b = Vector256.Load(bias + 8);
        }
        else
        {
            float* y = tile->Output;
            int last = tile->Count - 1;
            s0a = Vector256.Load(y);
            s0b = Vector256.Load(y + 8);
            y += last >= 1 ? 16 : 0;
            s1a = Vector256.Load(y);
            s1b = Vector256.Load(y + 8);
            y += last >= 2 ? 16 : 0;
            s2a = Vector256.Load(y);
            s2b = Vector256.Load(y + 8);
            y += last >= 3 ? 16 : 0;
            s3a = Vector256.Load(y);
            s3b = Vector256.Load(y + 8);
            y += last >= 4 ? 16 : 0;
            s4a = Vector256.Load(y);
            s4b = Vector256.Load(y + 8);
            y += last >= 5 ? 16 : 0;
            s5a = Vector256.Load(y);
            s5b = Vector256.Load(y + 8);
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
            Vector256<float> wa = Vector256.Load(weights), wb = Vector256.Load(weights + 8);
            Vector256<float> x = Vector256.Create(x0[k]);
            s0a = Fma.MultiplyAdd(wa, x, s0a);
            s0b = Fma.MultiplyAdd(wb, x, s0b);
            x = Vector256.Create(x1[k]);
            s1a = Fma.MultiplyAdd(wa, x, s1a);
            s1b = Fma.MultiplyAdd(wb, x, s1b);
            x = Vector256.Create(x2[k]);
            s2a = Fma.MultiplyAdd(wa, x, s2a);
            s2b = Fma.MultiplyAdd(wb, x, s2b);
            x = Vector256.Create(x3[k]);
            s3a = Fma.MultiplyAdd(wa, x, s3a);
            s3b = Fma.MultiplyAdd(wb, x, s3b);
            x = Vector256.Create(x4[k]);
            s4a = Fma.MultiplyAdd(wa, x, s4a);
            s4b = Fma.MultiplyAdd(wb, x, s4b);
            x = Vector256.Create(x5[k]);
            s5a = Fma.MultiplyAdd(wa, x, s5a);
            s5b = Fma.MultiplyAdd(wb, x, s5b);
            weights += 16;
        }

        if (tile->Residual != null)
        {
            float* r = tile->Residual;
            int last = tile->Count - 1;
            s0a += Vector256.Load(r);
            s0b += Vector256.Load(r + 8);
            r += last >= 1 ? 16 : 0;
            s1a += Vector256.Load(r);
            s1b += Vector256.Load(r + 8);
            r += last >= 2 ? 16 : 0;
            s2a += Vector256.Load(r);
            s2b += Vector256.Load(r + 8);
            r += last >= 3 ? 16 : 0;
            s3a += Vector256.Load(r);
            s3b += Vector256.Load(r + 8);
            r += last >= 4 ? 16 : 0;
            s4a += Vector256.Load(r);
            s4b += Vector256.Load(r + 8);
            r += last >= 5 ? 16 : 0;
            s5a += Vector256.Load(r);
            s5b += Vector256.Load(r + 8);
        }

        if (tile->Clamp != 0)
        {
            Vector256<float> minimum = Vector256.Create(tile->Minimum), maximum = Vector256.Create(tile->Maximum);
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
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            int last = tile->Count - 1;
            float* y5 = y + Math.Min(last, 5) * 16L;
            s5a.Store(y5);
            s5b.Store(y5 + 8);
            float* y4 = y + Math.Min(last, 4) * 16L;
            s4a.Store(y4);
            s4b.Store(y4 + 8);
            float* y3 = y + Math.Min(last, 3) * 16L;
            s3a.Store(y3);
            s3b.Store(y3 + 8);
            float* y2 = y + Math.Min(last, 2) * 16L;
            s2a.Store(y2);
            s2b.Store(y2 + 8);
            float* y1 = y + Math.Min(last, 1) * 16L;
            s1a.Store(y1);
            s1b.Store(y1 + 8);
            float* y0 = y;
            s0a.Store(y0);
            s0b.Store(y0 + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Source(ConvolutionTile* tile, float* block, int pixel) => pixel < 0 ? tile->Zero : block + ((long)pixel << 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clamp(Vector256<float> value, Vector256<float> minimum, Vector256<float> maximum) => Avx.Min(maximum, Avx.Max(minimum, value));
}
