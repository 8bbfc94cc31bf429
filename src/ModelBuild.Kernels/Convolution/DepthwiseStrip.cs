using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>Arguments of the microkernel <see cref="ConvolutionMicrokernels.DepthwiseStrip"/>: consecutive pixels of an output row by 16 channels, from input without borders.</summary>
/// <remarks>
/// For each pixel <c>p</c> below <see cref="Count"/> and each of the 16 lanes: <c>acc = Bias[lane]</c>; then for <c>t</c> below <see cref="Taps"/>, ascending:
/// <c>acc = fma(Input[p * PixelStride + Offsets[t] + lane], Weights[t * 16 + lane], acc)</c>; then residual, clamp and store as in
/// <see cref="ConvolutionTile"/>, with 16 floats from an output pixel to the next. A pixel may be computed twice. The layout is read by machine code.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal unsafe struct DepthwiseStrip
{
    /// <summary>Where the first pixel's window begins.</summary>
    [FieldOffset(0)]
    public float* Input;

    /// <summary>Weights of the block of channels.</summary>
    [FieldOffset(8)]
    public float* Weights;

    /// <summary>Floats from a window's beginning to each tap.</summary>
    [FieldOffset(16)]
    public long* Offsets;

    /// <summary>Start values of the lanes.</summary>
    [FieldOffset(24)]
    public float* Bias;

    /// <summary>Added to the sum, laid out as the output; or null.</summary>
    [FieldOffset(32)]
    public float* Residual;

    /// <summary>First pixel of the output, 16 floats a pixel.</summary>
    [FieldOffset(40)]
    public float* Output;

    /// <summary>Floats from a window to the next.</summary>
    [FieldOffset(48)]
    public long PixelStride;

    /// <summary>Pixels, at least 1.</summary>
    [FieldOffset(56)]
    public int Count;

    /// <summary>Taps, at least 1.</summary>
    [FieldOffset(60)]
    public int Taps;

    /// <summary>Whether to clamp: 0 or 1.</summary>
    [FieldOffset(64)]
    public int Clamp;

    /// <summary>Lower bound of the result.</summary>
    [FieldOffset(68)]
    public float Minimum;

    /// <summary>Upper bound of the result.</summary>
    [FieldOffset(72)]
    public float Maximum;

    /// <summary>The microkernel for one width of vectors: eight pixels' sums, or four, or one, of one vector at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(void* arguments)
        where T : struct, IFloatVector<T>
    {
        var strip = (DepthwiseStrip*)arguments;
        int count = strip->Count;
        for (int lane = 0; lane < 16; lane += T.Count)
        {
            int p = 0;
            while (p < count)
            {
                int rest = count - p;
                if (rest >= 8 || count >= 8)
                {
                    p = Math.Min(p, count - 8);
                    Eight<T>(strip, p, lane);
                    p += 8;
                }
                else if (rest >= 4 || count >= 4)
                {
                    p = Math.Min(p, count - 4);
                    Four<T>(strip, p, lane);
                    p += 4;
                }
                else
                {
                    One<T>(strip, p, lane);
                    p++;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight<T>(DepthwiseStrip* strip, int pixel, int lane)
        where T : struct, IFloatVector<T>
    {
        T s0 = T.Load(strip->Bias + lane), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        long step = strip->PixelStride;
        float* input = strip->Input + pixel * step + lane;
        float* weights = strip->Weights + lane;
        long* offsets = strip->Offsets;
        int taps = strip->Taps;
        for (nint t = 0; t < taps; t++)
        {
            float* x = input + offsets[t];
            T w = T.Load(weights + t * 16);
            s0 = T.FusedMultiplyAdd(T.Load(x), w, s0);
            s1 = T.FusedMultiplyAdd(T.Load(x + step), w, s1);
            x += 2 * step;
            s2 = T.FusedMultiplyAdd(T.Load(x), w, s2);
            s3 = T.FusedMultiplyAdd(T.Load(x + step), w, s3);
            x += 2 * step;
            s4 = T.FusedMultiplyAdd(T.Load(x), w, s4);
            s5 = T.FusedMultiplyAdd(T.Load(x + step), w, s5);
            x += 2 * step;
            s6 = T.FusedMultiplyAdd(T.Load(x), w, s6);
            s7 = T.FusedMultiplyAdd(T.Load(x + step), w, s7);
        }

        int place = pixel * 16 + lane;
        Finish(strip, s0, place);
        Finish(strip, s1, place + 16);
        Finish(strip, s2, place + 32);
        Finish(strip, s3, place + 48);
        Finish(strip, s4, place + 64);
        Finish(strip, s5, place + 80);
        Finish(strip, s6, place + 96);
        Finish(strip, s7, place + 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<T>(DepthwiseStrip* strip, int pixel, int lane)
        where T : struct, IFloatVector<T>
    {
        T s0 = T.Load(strip->Bias + lane), s1 = s0, s2 = s0, s3 = s0;
        long step = strip->PixelStride;
        float* input = strip->Input + pixel * step + lane;
        float* weights = strip->Weights + lane;
        for (nint t = 0; t < strip->Taps; t++)
        {
            float* x = input + strip->Offsets[t];
            T w = T.Load(weights + t * 16);
            s0 = T.FusedMultiplyAdd(T.Load(x), w, s0);
            s1 = T.FusedMultiplyAdd(T.Load(x + step), w, s1);
            x += 2 * step;
            s2 = T.FusedMultiplyAdd(T.Load(x), w, s2);
            s3 = T.FusedMultiplyAdd(T.Load(x + step), w, s3);
        }

        int place = pixel * 16 + lane;
        Finish(strip, s0, place);
        Finish(strip, s1, place + 16);
        Finish(strip, s2, place + 32);
        Finish(strip, s3, place + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One<T>(DepthwiseStrip* strip, int pixel, int lane)
        where T : struct, IFloatVector<T>
    {
        T sum = T.Load(strip->Bias + lane);
        float* input = strip->Input + pixel * strip->PixelStride + lane;
        for (nint t = 0; t < strip->Taps; t++)
        {
            sum = T.FusedMultiplyAdd(T.Load(input + strip->Offsets[t]), T.Load(strip->Weights + lane + t * 16), sum);
        }

        Finish(strip, sum, pixel * 16 + lane);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<T>(DepthwiseStrip* strip, T sum, int place)
        where T : struct, IFloatVector<T>
    {
        if (strip->Residual != null)
        {
            sum += T.Load(strip->Residual + place);
        }

        if (strip->Clamp != 0)
        {
            sum = T.Min(T.Create(strip->Maximum), T.Max(T.Create(strip->Minimum), sum));
        }

        T.Store(sum, strip->Output + place);
    }
}
