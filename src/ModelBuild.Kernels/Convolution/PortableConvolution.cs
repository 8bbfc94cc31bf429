using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelBuild.Kernels;

/// <summary>Microkernels of the convolutions for 16 registers of 128 bits, any processor: 16 channels are four registers, eight hold two pixels' sums.</summary>
internal static unsafe class PortableConvolution
{
    /// <inheritdoc cref="ConvolutionMicrokernels.Tile"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile(void* arguments)
    {
        var tile = (ConvolutionTile*)arguments;
        Vector128<float> s0a, s0b, s0c, s0d, s1a, s1b, s1c, s1d;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = Vector128.Load(bias);
            s0b = s1b = Vector128.Load(bias + 4);
            s0c = s1c = Vector128.Load(bias + 8);
            s0d = s1d = Vector128.Load(bias + 12);
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
                for (nint c = 0; c < 16; c += 2)
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
                    wa = Vector128.Load(weights + 16);
                    wb = Vector128.Load(weights + 20);
                    wc = Vector128.Load(weights + 24);
                    wd = Vector128.Load(weights + 28);
                    x = Vector128.Create(x0[c + 1]);
                    s0a = Vector128.MultiplyAddEstimate(wa, x, s0a);
                    s0b = Vector128.MultiplyAddEstimate(wb, x, s0b);
                    s0c = Vector128.MultiplyAddEstimate(wc, x, s0c);
                    s0d = Vector128.MultiplyAddEstimate(wd, x, s0d);
                    x = Vector128.Create(x1[c + 1]);
                    s1a = Vector128.MultiplyAddEstimate(wa, x, s1a);
                    s1b = Vector128.MultiplyAddEstimate(wb, x, s1b);
                    s1c = Vector128.MultiplyAddEstimate(wc, x, s1c);
                    s1d = Vector128.MultiplyAddEstimate(wd, x, s1d);
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
            s0a += Vector128.Load(r);
            s0b += Vector128.Load(r + 4);
            s0c += Vector128.Load(r + 8);
            s0d += Vector128.Load(r + 12);
            r += last >= 1 ? step : 0;
            s1a += Vector128.Load(r);
            s1b += Vector128.Load(r + 4);
            s1c += Vector128.Load(r + 8);
            s1d += Vector128.Load(r + 12);
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
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
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
        Vector128<float> s0a, s0b, s0c, s0d, s1a, s1b, s1c, s1d;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = Vector128.Load(bias);
            s0b = s1b = Vector128.Load(bias + 4);
            s0c = s1c = Vector128.Load(bias + 8);
            s0d = s1d = Vector128.Load(bias + 12);
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
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            long step = tile->OutputStride;
            int last = tile->Count - 1;
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
        Vector128<float> s0a, s0b, s0c, s0d, s1a, s1b, s1c, s1d;
        if (tile->Bias != null)
        {
            float* bias = tile->Bias;
            s0a = s1a = Vector128.Load(bias);
            s0b = s1b = Vector128.Load(bias + 4);
            s0c = s1c = Vector128.Load(bias + 8);
            s0d = s1d = Vector128.Load(bias + 12);
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
        }

        float* weights = tile->Weights;
        float* x0 = tile->Input + tile->Pixels[0];
        float* x1 = tile->Input + tile->Pixels[1];
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
        }

        // Downwards: what lies beyond the count goes to the last pixel's place and is overwritten by that pixel.
        {
            float* y = tile->Output;
            int last = tile->Count - 1;
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
