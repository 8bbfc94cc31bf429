using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelBuild.Kernels;

/// <summary>
/// Pooling of float32 in NCHWc16 (<c>[batch][ceil(channels / 16)][height][width][16]</c>). Windows take their numbers in the order kernel row, kernel column,
/// ascending, so every instruction set gives the same bits.
/// </summary>
public static unsafe class BlockedPooling
{
    private const int Lanes = 16;
    private const long SerialFloats = 1 << 16;

    // Partial sums of a global mean: pixel p goes to sum p % Partials.
    private const int Partials = 4;

    /// <summary>The largest number of each window; negative infinity where a window sees padding only.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x">Input, NCHWc16.</param>
    /// <param name="y">Output, NCHWc16.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="outHeight">Rows of the output.</param>
    /// <param name="outWidth">Columns of the output.</param>
    /// <param name="kernelHeight">Rows of the window.</param>
    /// <param name="kernelWidth">Columns of the window.</param>
    /// <param name="strideHeight">Step in rows.</param>
    /// <param name="strideWidth">Step in columns.</param>
    /// <param name="padTop">Rows of padding above the input.</param>
    /// <param name="padLeft">Columns of padding left of the input.</param>
    /// <param name="dilationHeight">Rows from tap to tap.</param>
    /// <param name="dilationWidth">Columns from tap to tap.</param>
    public static void Max(
        KernelContext context, float* x, [Output] float* y, int batch, int channels, int height, int width, int outHeight, int outWidth, int kernelHeight,
        int kernelWidth, int strideHeight = 1, int strideWidth = 1, int padTop = 0, int padLeft = 0, int dilationHeight = 1, int dilationWidth = 1) =>
        new Job
        {
            X = x,
            Y = y,
            Blocks = batch * ConvolutionPacking.Blocks(channels),
            Geometry = new(
                height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft, dilationHeight, dilationWidth),
        }.Run<LargestOfWindow>(context);

    /// <summary>The mean of each window: its sum divided by the number of its taps inside the input, or inside input and padding.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x">Input, NCHWc16.</param>
    /// <param name="y">Output, NCHWc16.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="outHeight">Rows of the output.</param>
    /// <param name="outWidth">Columns of the output.</param>
    /// <param name="kernelHeight">Rows of the window.</param>
    /// <param name="kernelWidth">Columns of the window.</param>
    /// <param name="strideHeight">Step in rows.</param>
    /// <param name="strideWidth">Step in columns.</param>
    /// <param name="padTop">Rows of padding above the input.</param>
    /// <param name="padLeft">Columns of padding left of the input.</param>
    /// <param name="padBottom">Rows of padding below the input; a tap beyond them counts nowhere.</param>
    /// <param name="padRight">Columns of padding right of the input.</param>
    /// <param name="dilationHeight">Rows from tap to tap.</param>
    /// <param name="dilationWidth">Columns from tap to tap.</param>
    /// <param name="countIncludePad">Whether padding counts.</param>
    public static void Average(
        KernelContext context, float* x, [Output] float* y, int batch, int channels, int height, int width, int outHeight, int outWidth, int kernelHeight,
        int kernelWidth, int strideHeight = 1, int strideWidth = 1, int padTop = 0, int padLeft = 0, int padBottom = 0, int padRight = 0, int dilationHeight = 1,
        int dilationWidth = 1, bool countIncludePad = false) =>
        new Job
        {
            X = x,
            Y = y,
            Blocks = batch * ConvolutionPacking.Blocks(channels),
            CountsPadding = countIncludePad,
            PadBottom = padBottom,
            PadRight = padRight,
            Geometry = new(
                height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft, dilationHeight, dilationWidth),
        }.Run<MeanOfWindow>(context);

    /// <summary>
    /// The mean of each channel, to NCHWc16 with one pixel. Pixel <c>p</c> goes to partial sum <c>p mod 4</c>; the result is
    /// <c>((s0 + s1) + (s2 + s3)) / pixels</c>.
    /// </summary>
    /// <param name="context">Threads.</param>
    /// <param name="x">Input, NCHWc16.</param>
    /// <param name="y">Output: 16 floats per image and block of channels.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    public static void GlobalAverage(KernelContext context, float* x, [Output] float* y, int batch, int channels, int height, int width) =>
        new Job { X = x, Y = y, Blocks = batch * ConvolutionPacking.Blocks(channels), Geometry = Whole(height, width) }.RunGlobal<MeanOfWindow>(context);

    /// <summary>The largest number of each channel, to NCHWc16 with one pixel.</summary>
    /// <param name="context">Threads.</param>
    /// <param name="x">Input, NCHWc16.</param>
    /// <param name="y">Output: 16 floats per image and block of channels.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    public static void GlobalMax(KernelContext context, float* x, [Output] float* y, int batch, int channels, int height, int width) =>
        new Job { X = x, Y = y, Blocks = batch * ConvolutionPacking.Blocks(channels), Geometry = Whole(height, width) }.RunGlobal<LargestOfWindow>(context);

    private static ConvolutionGeometry Whole(int height, int width) => new(height, width, 1, 1, height, width, 1, 1, 0, 0, 1, 1);

    /// <summary>A pooling cut into rows of blocks.</summary>
    internal struct Job
    {
        public ConvolutionGeometry Geometry;
        public float* X;
        public float* Y;
        public int Blocks;
        public int PadBottom;
        public int PadRight;
        public bool CountsPadding;

        /// <summary>Windows, with the widest leg.</summary>
        public void Run<TOperation>(KernelContext context)
            where TOperation : struct, IPoolingOperation
        {
            if (Vector256.IsHardwareAccelerated)
            {
                Run<Float32x8, TOperation>(context);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Run<Float32x4, TOperation>(context);
            }
            else
            {
                Run<Float32x1, TOperation>(context);
            }
        }

        /// <summary>Windows, with one leg.</summary>
        public void Run<T, TOperation>(KernelContext context)
            where T : struct, IFloatVector<T>
            where TOperation : struct, IPoolingOperation =>
            ForEach(context, checked(Blocks * Geometry.OutHeight), (long)Geometry.OutWidth * Geometry.Taps, &RowTask<T, TOperation>);

        /// <summary>Whole images, with the widest leg.</summary>
        public void RunGlobal<TOperation>(KernelContext context)
            where TOperation : struct, IPoolingOperation
        {
            if (Vector256.IsHardwareAccelerated)
            {
                RunGlobal<Float32x8, TOperation>(context);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                RunGlobal<Float32x4, TOperation>(context);
            }
            else
            {
                RunGlobal<Float32x1, TOperation>(context);
            }
        }

        /// <summary>Whole images, with one leg.</summary>
        public void RunGlobal<T, TOperation>(KernelContext context)
            where T : struct, IFloatVector<T>
            where TOperation : struct, IPoolingOperation => ForEach(context, Blocks, Geometry.Taps, &GlobalTask<T, TOperation>);

        private void ForEach(KernelContext context, int count, long pixelsOfTask, delegate*<void*, int, int, void> task)
        {
            fixed (Job* self = &this)
            {
                if (context.Threads > 1 && count * pixelsOfTask * Lanes > SerialFloats)
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

        private static void RowTask<T, TOperation>(void* state, int index, int worker)
            where T : struct, IFloatVector<T>
            where TOperation : struct, IPoolingOperation
        {
            var job = (Job*)state;
            Row<T, TOperation>(job, index / job->Geometry.OutHeight, index % job->Geometry.OutHeight);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row<T, TOperation>(Job* job, int block, int row)
            where T : struct, IFloatVector<T>
            where TOperation : struct, IPoolingOperation
        {
            ConvolutionGeometry g = job->Geometry;
            int top = row * g.StrideHeight - g.PadTop;
            Taps(top, g.DilationHeight, g.KernelHeight, g.Height, out int firstY, out int endY);
            float* image = job->X + (long)block * g.Height * g.Width * Lanes;
            float* y = job->Y + ((long)block * g.OutHeight + row) * g.OutWidth * Lanes;
            long rowStep = (long)g.DilationHeight * g.Width * Lanes, columnStep = (long)g.DilationWidth * Lanes;
            int paddedRows = Inside(top, g.DilationHeight, g.KernelHeight, g.Height + job->PadBottom);
            for (int column = 0; column < g.OutWidth; column++, y += Lanes)
            {
                int left = column * g.StrideWidth - g.PadLeft;
                Taps(left, g.DilationWidth, g.KernelWidth, g.Width, out int firstX, out int endX);
                float* window = image + ((long)(top + firstY * g.DilationHeight) * g.Width + left + firstX * g.DilationWidth) * Lanes;
                float size = 0;
                if (TOperation.Divides)
                {
                    size = job->CountsPadding
                        ? (float)paddedRows * Inside(left, g.DilationWidth, g.KernelWidth, g.Width + job->PadRight)
                        : (float)(endY - firstY) * (endX - firstX);
                }

                for (int lane = 0; lane < Lanes; lane += 2 * T.Count)
                {
                    T a = T.Create(TOperation.Start), b = a;
                    float* line = window + lane;
                    for (int ky = firstY; ky < endY; ky++, line += rowStep)
                    {
                        float* tap = line;
                        for (int kx = firstX; kx < endX; kx++, tap += columnStep)
                        {
                            a = TOperation.Step(a, T.Load(tap));
                            b = TOperation.Step(b, T.Load(tap + T.Count));
                        }
                    }

                    if (TOperation.Divides)
                    {
                        a /= T.Create(size);
                        b /= T.Create(size);
                    }

                    T.Store(a, y + lane);
                    T.Store(b, y + lane + T.Count);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void GlobalTask<T, TOperation>(void* state, int index, int worker)
            where T : struct, IFloatVector<T>
            where TOperation : struct, IPoolingOperation
        {
            var job = (Job*)state;
            long pixels = (long)job->Geometry.Height * job->Geometry.Width;
            for (int lane = 0; lane < Lanes; lane += T.Count)
            {
                float* x = job->X + index * pixels * Lanes + lane;
                T s0 = T.Create(TOperation.Start), s1 = s0, s2 = s0, s3 = s0;
                long p = 0;
                for (; p <= pixels - Partials; p += Partials, x += Partials * Lanes)
                {
                    s0 = TOperation.Step(s0, T.Load(x));
                    s1 = TOperation.Step(s1, T.Load(x + Lanes));
                    s2 = TOperation.Step(s2, T.Load(x + 2 * Lanes));
                    s3 = TOperation.Step(s3, T.Load(x + 3 * Lanes));
                }

                if (p < pixels)
                {
                    s0 = TOperation.Step(s0, T.Load(x));
                }

                if (p + 1 < pixels)
                {
                    s1 = TOperation.Step(s1, T.Load(x + Lanes));
                }

                if (p + 2 < pixels)
                {
                    s2 = TOperation.Step(s2, T.Load(x + 2 * Lanes));
                }

                T result = TOperation.Step(TOperation.Step(s0, s1), TOperation.Step(s2, s3));
                if (TOperation.Divides)
                {
                    result /= T.Create(pixels);
                }

                T.Store(result, job->Y + (long)index * Lanes + lane);
            }
        }

        // The taps from first to end - 1 lie inside.
        private static void Taps(int start, int dilation, int kernel, int size, out int first, out int end)
        {
            first = start >= 0 ? 0 : Math.Min(kernel, (-start + dilation - 1) / dilation);
            end = Math.Max(first, Inside(start, dilation, kernel, size));
        }

        // How many taps begin below a bound.
        private static int Inside(int start, int dilation, int kernel, int bound) =>
            start >= bound ? 0 : (int)Math.Min(kernel, ((long)bound - 1 - start) / dilation + 1);
    }
}
