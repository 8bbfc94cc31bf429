using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>A depthwise convolution in NCHWc16 cut into tasks: an image's block of channels by a band of output rows. Where windows reach into the padding, a band works on a copy of its input with zeros around it.</summary>
internal unsafe struct DepthwiseJob
{
    private const int Lanes = 16;
    private const long SerialWork = 1 << 18;

    // Input of a band of rows, which the rows of the filter go over again and again.
    private const int BandBytes = 96 * 1024;

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
    private bool _pads;
    private long _columns;
    private long* _offsets;
    private float* _noBias;
    private float* _padded;
    private long _paddedLength;

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
        long reachRows = Reach(Geometry.OutHeight, Geometry.StrideHeight, Geometry.KernelHeight, Geometry.DilationHeight);
        long reachColumns = Reach(Geometry.OutWidth, Geometry.StrideWidth, Geometry.KernelWidth, Geometry.DilationWidth);
        _pads = Geometry.PadTop != 0 || Geometry.PadLeft != 0 || reachRows > Geometry.Height || reachColumns > Geometry.Width;
        _columns = _pads ? reachColumns : Geometry.Width;
        long rowBytes = _columns * Geometry.StrideHeight * Lanes * sizeof(float);
        _bandRows = (int)Math.Clamp(BandBytes / Math.Max(1, rowBytes), 1, Geometry.OutHeight);
        _bands = (Geometry.OutHeight + _bandRows - 1) / _bandRows;
        _paddedLength = _pads ? Reach(_bandRows, Geometry.StrideHeight, Geometry.KernelHeight, Geometry.DilationHeight) * _columns * Lanes : 0;
        Reserve(context, parallel ? context.Threads : 1);
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

    private static long Reach(long outSize, long stride, long kernel, long dilation) => (outSize - 1) * stride + (kernel - 1) * dilation + 1;

    private void Reserve(KernelContext context, int workers)
    {
        long offsets = (Geometry.Taps + 7) / 8 * 8;
        byte* scratch = context.Scratch(checked(offsets * sizeof(long) + (Lanes + workers * _paddedLength) * sizeof(float)));
        _offsets = (long*)scratch;
        _noBias = (float*)(_offsets + offsets);
        _padded = _noBias + Lanes;
        new Span<float>(_noBias, Lanes).Clear();
        for (int t = 0; t < Geometry.Taps; t++)
        {
            long row = t / Geometry.KernelWidth * (long)Geometry.DilationHeight, column = t % Geometry.KernelWidth * (long)Geometry.DilationWidth;
            _offsets[t] = (row * _columns + column) * Lanes;
        }
    }

    private static void RunTask(void* state, int index, int worker)
    {
        var job = (DepthwiseJob*)state;
        job->RunBand(index / job->_bands, index % job->_bands * job->_bandRows, worker);
    }

    private readonly void RunBand(int block, int first, int worker)
    {
        int rows = Math.Min(_bandRows, Geometry.OutHeight - first), panel = block % ConvolutionPacking.Blocks(Channels);
        float* source = X + ((long)block * Geometry.Height + (long)first * Geometry.StrideHeight) * Geometry.Width * Lanes;
        if (_pads)
        {
            source = _padded + worker * _paddedLength;
            CopyPadded(X + (long)block * Geometry.Height * Geometry.Width * Lanes, (long)first * Geometry.StrideHeight - Geometry.PadTop, rows, source);
        }

        DepthwiseStrip strip = default;
        strip.Weights = Weights + (long)panel * Geometry.Taps * Lanes;
        strip.Offsets = _offsets;
        strip.Bias = Bias == null ? _noBias : Bias + panel * Lanes;
        strip.PixelStride = (long)Geometry.StrideWidth * Lanes;
        strip.Taps = Geometry.Taps;
        strip.Count = Geometry.OutWidth;
        strip.Clamp = Finish.Clamps ? 1 : 0;
        strip.Minimum = Finish.Minimum;
        strip.Maximum = Finish.Maximum;
        long place = ((long)block * Geometry.OutHeight + first) * Geometry.OutWidth * Lanes;
        for (int row = 0; row < rows; row++)
        {
            long line = place + (long)row * Geometry.OutWidth * Lanes;
            strip.Input = source + row * Geometry.StrideHeight * _columns * Lanes;
            strip.Output = Y + line;
            strip.Residual = Residual == null ? null : Residual + line;
            _strip.Run(&strip);
        }

        Finish.Apply(Y + place, (long)rows * Geometry.OutWidth * Lanes);
    }

    private readonly void CopyPadded(float* image, long top, int outRows, float* destination)
    {
        long rows = Reach(outRows, Geometry.StrideHeight, Geometry.KernelHeight, Geometry.DilationHeight);
        long before = Math.Clamp(Geometry.PadLeft, 0, _columns), skip = Math.Max(0, -(long)Geometry.PadLeft);
        long within = Math.Clamp(Geometry.Width - skip, 0, _columns - before), after = _columns - before - within;
        for (long y = top; y < top + rows; y++, destination += _columns * Lanes)
        {
            if (y < 0 || y >= Geometry.Height)
            {
                Zero(destination, _columns);
                continue;
            }

            Zero(destination, before);
            Buffer.MemoryCopy(
                image + (y * Geometry.Width + skip) * Lanes, destination + before * Lanes, within * Lanes * sizeof(float), within * Lanes * sizeof(float));
            Zero(destination + (before + within) * Lanes, after);
        }
    }

    private static void Zero(float* destination, long pixels) => NativeMemory.Clear(destination, (nuint)(pixels * Lanes * sizeof(float)));
}
