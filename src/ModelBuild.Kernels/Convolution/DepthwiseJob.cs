namespace ModelBuild.Kernels;

/// <summary>A depthwise convolution in NCHWc16 cut into tasks: an image's block of channels by a band of rows, each row in strips of pixels whose windows have the same taps inside.</summary>
internal unsafe struct DepthwiseJob
{
    private const int Lanes = 16;
    private const long SerialWork = 1 << 18;

    // Input of a band of rows, which the rows of the filter go over again and again.
    private const int BandBytes = 64 * 1024;

    public ConvolutionGeometry Geometry;
    public float* X;
    public float* Weights;
    public float* Bias;
    public float* Residual;
    public float* Y;
    public int Channels;
    public ConvolutionFinish Finish;

    private Microkernel _strip;
    private int _bandRows;
    private int _bands;
    private long* _taps;

    /// <summary>Runs the convolution.</summary>
    public void Run(KernelContext context, int batch)
    {
        if (batch == 0 || Geometry.OutPixels == 0 || Channels == 0)
        {
            return;
        }

        _strip = ConvolutionMicrokernels.Current.DepthwiseStrip;
        int blocks = checked(batch * ConvolutionPacking.Blocks(Channels));
        bool parallel = context.Threads > 1 && (double)blocks * Geometry.OutPixels * Geometry.Taps * Lanes > SerialWork;
        long rowBytes = (long)Geometry.Width * Math.Min(Geometry.StrideHeight, Geometry.KernelHeight) * Lanes * sizeof(float);
        _bandRows = (int)Math.Clamp(BandBytes / Math.Max(1, rowBytes), 1, Geometry.OutHeight);
        _bands = (Geometry.OutHeight + _bandRows - 1) / _bandRows;
        int workers = parallel ? context.Threads : 1;
        _taps = (long*)context.Scratch(checked((long)workers * Geometry.Taps * 2 * sizeof(long)));
        int count = checked(blocks * _bands);
        fixed (DepthwiseJob* self = &this)
        {
            if (parallel && count > 1)
            {
                context.For(count, &RunTask, self);
                return;
            }

            for (int i = 0; i < count; i++)
            {
                RunTask(self, i, 0);
            }
        }
    }

    private static void RunTask(void* state, int index, int worker)
    {
        var job = (DepthwiseJob*)state;
        int block = index / job->_bands, first = index % job->_bands * job->_bandRows;
        int end = Math.Min(first + job->_bandRows, job->Geometry.OutHeight);
        long* taps = job->_taps + (long)worker * job->Geometry.Taps * 2;
        for (int row = first; row < end; row++)
        {
            job->RunRow(block, row, taps);
        }

        long place = ((long)block * job->Geometry.OutHeight + first) * job->Geometry.OutWidth * Lanes;
        job->Finish.Apply(job->Y + place, (long)(end - first) * job->Geometry.OutWidth * Lanes);
    }

    private readonly void RunRow(int block, int row, long* taps)
    {
        int panel = block % ConvolutionPacking.Blocks(Channels);
        float* noBias = stackalloc float[Lanes];
        new Span<float>(noBias, Lanes).Clear();
        long place = ((long)block * Geometry.OutHeight + row) * Geometry.OutWidth * Lanes;
        float* image = X + (long)block * Geometry.Height * Geometry.Width * Lanes;
        DepthwiseStrip strip = default;
        strip.Weights = Weights + (long)panel * Geometry.Taps * Lanes;
        strip.Offsets = taps;
        strip.WeightOffsets = taps + Geometry.Taps;
        strip.Bias = Bias == null ? noBias : Bias + panel * Lanes;
        strip.PixelStride = (long)Geometry.StrideWidth * Lanes;
        strip.Clamp = Finish.Clamps ? 1 : 0;
        strip.Minimum = Finish.Minimum;
        strip.Maximum = Finish.Maximum;
        long top = (long)row * Geometry.StrideHeight - Geometry.PadTop;

        // Columns whose windows lie inside: one strip. The others, one by one.
        long reach = (Geometry.KernelWidth - 1L) * Geometry.DilationWidth;
        long firstInside = Math.Clamp((Geometry.PadLeft + Geometry.StrideWidth - 1L) / Geometry.StrideWidth, 0, Geometry.OutWidth);
        long lastStart = Geometry.Width - 1 - reach + Geometry.PadLeft;
        long endInside = lastStart < 0 ? firstInside : Math.Clamp(lastStart / Geometry.StrideWidth + 1, firstInside, Geometry.OutWidth);
        for (long column = 0; column < Geometry.OutWidth; column += strip.Count)
        {
            strip.Count = column == firstInside && endInside > firstInside ? (int)(endInside - firstInside) : 1;
            long left = column * Geometry.StrideWidth - Geometry.PadLeft;
            strip.Taps = FillTaps(top, left, taps, taps + Geometry.Taps);
            strip.Input = image + (top * Geometry.Width + left) * Lanes;
            strip.Output = Y + place + column * Lanes;
            strip.Residual = Residual == null ? null : Residual + place + column * Lanes;
            _strip.Run(&strip);
        }
    }

    // The taps of a window that lie inside the input.
    private readonly int FillTaps(long top, long left, long* offsets, long* weightOffsets)
    {
        int count = 0;
        for (int ky = 0; ky < Geometry.KernelHeight; ky++)
        {
            long y = top + (long)ky * Geometry.DilationHeight;
            if (y < 0 || y >= Geometry.Height)
            {
                continue;
            }

            for (int kx = 0; kx < Geometry.KernelWidth; kx++)
            {
                long x = left + (long)kx * Geometry.DilationWidth;
                if (x >= 0 && x < Geometry.Width)
                {
                    offsets[count] = ((long)ky * Geometry.DilationHeight * Geometry.Width + (long)kx * Geometry.DilationWidth) * Lanes;
                    weightOffsets[count++] = ((long)ky * Geometry.KernelWidth + kx) * Lanes;
                }
            }
        }

        return count;
    }
}
