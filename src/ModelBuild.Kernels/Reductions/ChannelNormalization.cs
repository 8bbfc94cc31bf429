using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Normalizations and affine maps per channel of <see cref="float"/> tensors <c>[batch, channels, size]</c>, and of blocks of 16 channels.</summary>
public static unsafe class ChannelNormalization
{
    // Numbers that are worth a second thread.
    private const long Piece = 16384;

    /// <summary><c>y = x * scale + shift</c> per channel, as batch normalization at inference.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x"><c>[batch, channels, size]</c>.</param>
    /// <param name="scale"><c>[channels]</c>.</param>
    /// <param name="shift"><c>[channels]</c>.</param>
    /// <param name="y">Result, of the shape of <paramref name="x"/>; may be <paramref name="x"/>.</param>
    /// <param name="batch">First dimension.</param>
    /// <param name="channels">Second dimension.</param>
    /// <param name="size">Numbers of a channel.</param>
    public static void ScaleShift(KernelContext context, float* x, float* scale, float* shift, [Output] float* y, long batch, long channels, long size) =>
        Run(context, new Work { X = x, Scale = scale, Shift = shift, Y = y, Count = batch * channels, Channels = channels, Size = size }, &ScalePlane, size);

    /// <summary>The same in blocks of 16 channels, <c>[batch, blocks, size, 16]</c>; scale and shift are padded to whole blocks.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x"><c>[batch, blocks, size, 16]</c>.</param>
    /// <param name="scale"><c>[blocks * 16]</c>.</param>
    /// <param name="shift"><c>[blocks * 16]</c>.</param>
    /// <param name="y">Result, of the shape of <paramref name="x"/>; may be <paramref name="x"/>.</param>
    /// <param name="batch">First dimension.</param>
    /// <param name="blocks">Second dimension.</param>
    /// <param name="size">Pixels of a channel.</param>
    public static void ScaleShiftBlocked(KernelContext context, float* x, float* scale, float* shift, [Output] float* y, long batch, long blocks, long size) =>
        Run(context, new Work { X = x, Scale = scale, Shift = shift, Y = y, Count = batch * blocks, Channels = blocks, Size = size }, &ScaleBlock, size * 16);

    /// <summary>Each group of channels less its mean, over its standard deviation, then <c>* scale + bias</c> per channel. One group per channel is instance normalization.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x"><c>[batch, channels, size]</c>.</param>
    /// <param name="scale"><c>[channels]</c>; <c>null</c> for none.</param>
    /// <param name="bias"><c>[channels]</c>; <c>null</c> for none.</param>
    /// <param name="y">Result, of the shape of <paramref name="x"/>; may be <paramref name="x"/>.</param>
    /// <param name="batch">First dimension.</param>
    /// <param name="channels">Second dimension, a multiple of <paramref name="groups"/>.</param>
    /// <param name="size">Numbers of a channel.</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static void Groups(
        KernelContext context, float* x, float* scale, float* bias, [Output] float* y, long batch, long channels, long size, long groups, float epsilon) =>
        Run(
            context, new Work { X = x, Scale = scale, Shift = bias, Y = y, Count = batch * groups, Channels = channels, Size = size, Groups = groups, Epsilon = epsilon },
            &NormalizeGroup, channels / groups * size);

    private static void Run(KernelContext context, Work work, delegate*<Work*, long, void> body, long length)
    {
        work.Body = body;
        work.Step = work.Count;
        if (work.Count == 0 || length == 0)
        {
            return;
        }

        if (context.Threads > 1 && work.Count > 1 && work.Count * length >= 2 * Piece)
        {
            work.Step = Math.Max(1, Piece / length);
            context.For((int)((work.Count + work.Step - 1) / work.Step), &RunPiece, &work);
            return;
        }

        RunPiece(&work, 0, 0);
    }

    private static void RunPiece(void* state, int index, int worker)
    {
        Work* work = (Work*)state;
        long first = index * work->Step;
        long end = Math.Min(work->Count, first + work->Step);
        for (long i = first; i < end; i++)
        {
            work->Body(work, i);
        }
    }

    private static void ScalePlane(Work* work, long index)
    {
        long channel = index % work->Channels;
        UnaryLoop.Run<ScaleShift>(work->X + (index * work->Size), work->Y + (index * work->Size), work->Size, work->Scale[channel], work->Shift[channel]);
    }

    private static void ScaleBlock(Work* work, long index)
    {
        long channel = index % work->Channels * 16;
        long offset = index * work->Size * 16;
        NormalizationLoop.Pixels(work->X + offset, work->Scale + channel, work->Shift + channel, work->Y + offset, work->Size);
    }

    private static void NormalizeGroup(Work* work, long index)
    {
        long perGroup = work->Channels / work->Groups;
        long first = index % work->Groups * perGroup;
        long length = perGroup * work->Size;
        float* x = work->X + (index * length);
        float* y = work->Y + (index * length);
        float factor = 1 / MathF.Sqrt(NormalizationLoop.Moments(x, length, out float mean) + work->Epsilon);
        for (long c = 0; c < perGroup; c++)
        {
            float scale = work->Scale == null ? factor : factor * work->Scale[first + c];
            float bias = work->Shift == null ? 0 : work->Shift[first + c];
            UnaryLoop.Run<ScaleShift>(x + (c * work->Size), y + (c * work->Size), work->Size, scale, MathF.FusedMultiplyAdd(-mean, scale, bias));
        }
    }

    private struct Work
    {
        public float* X;
        public float* Scale;
        public float* Shift;
        public float* Y;
        public long Count;
        public long Channels;
        public long Size;
        public long Groups;
        public long Step;
        public float Epsilon;
        public delegate*<Work*, long, void> Body;
    }
}
