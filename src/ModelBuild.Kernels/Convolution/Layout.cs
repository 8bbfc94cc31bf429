using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelBuild.Kernels;

/// <summary>
/// Conversions between NCHW and NCHWc16 (<c>[batch][ceil(channels / 16)][height][width][16]</c>), and copies of channels in NCHWc16. Pure moves of float32.
/// </summary>
public static unsafe class Layout
{
    private const int Lanes = 16;
    // A block of so many pixels stays in the first-level cache while its channels arrive four by four.
    private const int BandPixels = 256;
    private const long SerialFloats = 1 << 16;

    /// <summary>NCHW to NCHWc16; lanes behind the last channel become 0.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x">Input, NCHW.</param>
    /// <param name="y">Output, NCHWc16.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public static void ToBlocked(KernelContext context, float* x, [Output] float* y, int batch, int channels, int height, int width) =>
        new Job { X = x, Y = y, Channels = channels, Pixels = (long)height * width }.Run(context, batch, &ToBlockedTask);

    /// <summary>NCHWc16 to NCHW.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x">Input, NCHWc16.</param>
    /// <param name="y">Output, NCHW.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public static void FromBlocked(KernelContext context, float* x, [Output] float* y, int batch, int channels, int height, int width) =>
        new Job { X = x, Y = y, Channels = channels, Pixels = (long)height * width }.Run(context, batch, &FromBlockedTask);

    /// <summary>
    /// Copies some channels of one tensor in NCHWc16 to other places in another: a part of a Concat, Split or Slice along the channels. Whole blocks move as
    /// they are; elsewhere lanes move one by one. Other channels of the output stay.
    /// </summary>
    /// <param name="x">Input, NCHWc16.</param>
    /// <param name="y">Output, NCHWc16.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="firstChannel">First channel to copy.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="firstOutChannel">Where it goes.</param>
    /// <param name="count">Channels to copy.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public static void CopyBlocks(
        float* x, [Output] float* y, int batch, int channels, int firstChannel, int outChannels, int firstOutChannel, int count, int height, int width)
    {
        long pixels = (long)height * width, block = pixels * Lanes;
        long inputStride = ConvolutionPacking.Blocks(channels) * block, outputStride = ConvolutionPacking.Blocks(outChannels) * block;
        bool ends = firstChannel + count == channels && firstOutChannel + count == outChannels;
        for (int n = 0; n < batch; n++, x += inputStride, y += outputStride)
        {
            int done = 0;
            bool tailMoved = false;
            while (done < count)
            {
                int from = firstChannel + done, to = firstOutChannel + done, rest = count - done;
                int length = Math.Min(rest, Lanes - Math.Max(from % Lanes, to % Lanes));
                float* source = x + from / Lanes * block, destination = y + to / Lanes * block;
                if (from % Lanes == 0 && to % Lanes == 0 && (rest >= Lanes || ends))
                {
                    // The tail of the last block goes along.
                    int blocks = ends ? ConvolutionPacking.Blocks(rest) : rest / Lanes;
                    Buffer.MemoryCopy(source, destination, blocks * block * sizeof(float), blocks * block * sizeof(float));
                    done += Math.Min(rest, blocks * Lanes);
                    tailMoved = ends;
                    continue;
                }

                CopyLanes(source + from % Lanes, destination + to % Lanes, length, pixels);
                done += length;
            }

            int used = firstOutChannel + count;
            if (used == outChannels && used % Lanes != 0 && !tailMoved)
            {
                ClearLanes(y + used / Lanes * block + used % Lanes, Lanes - used % Lanes, pixels);
            }
        }
    }

    /// <summary>Moves consecutive pixels of up to 16 planes into a block; missing channels become 0.</summary>
    internal static void PlanesToBlock(float* planes, long planeStride, int channels, float* block, long pixels)
    {
        for (int quad = 0; quad < Lanes; quad += 4)
        {
            float* source = planes + quad * planeStride;
            int count = Math.Clamp(channels - quad, 0, 4);
            long p = 0;
            if (count == 4)
            {
                for (; p <= pixels - 4; p += 4)
                {
                    Vector128<float> a = Vector128.Load(source + p), b = Vector128.Load(source + planeStride + p);
                    Vector128<float> c = Vector128.Load(source + 2 * planeStride + p), d = Vector128.Load(source + 3 * planeStride + p);
                    Transpose(ref a, ref b, ref c, ref d);
                    float* to = block + p * Lanes + quad;
                    a.Store(to);
                    b.Store(to + Lanes);
                    c.Store(to + 2 * Lanes);
                    d.Store(to + 3 * Lanes);
                }
            }

            for (; p < pixels; p++)
            {
                for (int c = 0; c < 4; c++)
                {
                    block[p * Lanes + quad + c] = c < count ? source[c * planeStride + p] : 0;
                }
            }
        }
    }

    /// <summary>Moves consecutive pixels of a block into up to 16 planes.</summary>
    internal static void BlockToPlanes(float* block, float* planes, long planeStride, int channels, long pixels)
    {
        for (int quad = 0; quad < channels; quad += 4)
        {
            float* destination = planes + quad * planeStride;
            int count = Math.Min(channels - quad, 4);
            long p = 0;
            for (; p <= pixels - 4; p += 4)
            {
                float* from = block + p * Lanes + quad;
                Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + Lanes), c = Vector128.Load(from + 2 * Lanes), d = Vector128.Load(from + 3 * Lanes);
                Transpose(ref a, ref b, ref c, ref d);
                a.Store(destination + p);
                if (count > 1)
                {
                    b.Store(destination + planeStride + p);
                }

                if (count > 2)
                {
                    c.Store(destination + 2 * planeStride + p);
                }

                if (count > 3)
                {
                    d.Store(destination + 3 * planeStride + p);
                }
            }

            for (; p < pixels; p++)
            {
                for (int c = 0; c < count; c++)
                {
                    destination[c * planeStride + p] = block[p * Lanes + quad + c];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector128<float> a, ref Vector128<float> b, ref Vector128<float> c, ref Vector128<float> d)
    {
        Vector128<float> acLow = ZipLow(a, c), acHigh = ZipHigh(a, c), bdLow = ZipLow(b, d), bdHigh = ZipHigh(b, d);
        a = ZipLow(acLow, bdLow);
        b = ZipHigh(acLow, bdLow);
        c = ZipLow(acHigh, bdHigh);
        d = ZipHigh(acHigh, bdHigh);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> left, Vector128<float> right)
    {
        if (System.Runtime.Intrinsics.X86.Sse.IsSupported)
        {
            return System.Runtime.Intrinsics.X86.Sse.UnpackLow(left, right);
        }

        if (System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported)
        {
            return System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.ZipLow(left, right);
        }

        return Vector128.Create(left[0], right[0], left[1], right[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> left, Vector128<float> right)
    {
        if (System.Runtime.Intrinsics.X86.Sse.IsSupported)
        {
            return System.Runtime.Intrinsics.X86.Sse.UnpackHigh(left, right);
        }

        if (System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported)
        {
            return System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.ZipHigh(left, right);
        }

        return Vector128.Create(left[2], right[2], left[3], right[3]);
    }

    private static void CopyLanes(float* source, float* destination, int lanes, long pixels)
    {
        for (long p = 0; p < pixels; p++, source += Lanes, destination += Lanes)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                destination[lane] = source[lane];
            }
        }
    }

    private static void ClearLanes(float* destination, int lanes, long pixels)
    {
        for (long p = 0; p < pixels; p++, destination += Lanes)
        {
            NativeMemory.Clear(destination, (nuint)lanes * sizeof(float));
        }
    }

    private static void ToBlockedTask(void* state, int index, int worker)
    {
        var job = (Job*)state;
        job->Decode(index, out int image, out int block, out long first, out long pixels);
        PlanesToBlock(
            job->X + ((long)image * job->Channels + block * Lanes) * job->Pixels + first, job->Pixels, job->Channels - block * Lanes,
            job->Y + (((long)image * job->Blocks + block) * job->Pixels + first) * Lanes, pixels);
    }

    private static void FromBlockedTask(void* state, int index, int worker)
    {
        var job = (Job*)state;
        job->Decode(index, out int image, out int block, out long first, out long pixels);
        BlockToPlanes(
            job->X + (((long)image * job->Blocks + block) * job->Pixels + first) * Lanes,
            job->Y + ((long)image * job->Channels + block * Lanes) * job->Pixels + first, job->Pixels, Math.Min(Lanes, job->Channels - block * Lanes), pixels);
    }

    private struct Job
    {
        public float* X;
        public float* Y;
        public int Channels;
        public long Pixels;

        public readonly int Blocks => ConvolutionPacking.Blocks(Channels);

        private readonly int Bands => checked((int)((Pixels + BandPixels - 1) / BandPixels));

        public void Run(KernelContext context, int batch, delegate*<void*, int, int, void> task)
        {
            int count = checked(batch * Blocks * Bands);
            fixed (Job* self = &this)
            {
                if (context.Threads > 1 && batch * Channels * Pixels > SerialFloats)
                {
                    context.For(count, task, self);
                    return;
                }

                for (int i = 0; i < count; i++)
                {
                    task(self, i, 0);
                }
            }
        }

        public readonly void Decode(int index, out int image, out int block, out long first, out long pixels)
        {
            first = (long)(index % Bands) * BandPixels;
            pixels = Math.Min(BandPixels, Pixels - first);
            block = index / Bands % Blocks;
            image = index / Bands / Blocks;
        }
    }
}
