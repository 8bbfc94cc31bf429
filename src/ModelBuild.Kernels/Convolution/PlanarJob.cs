namespace ModelBuild.Kernels;

/// <summary>A convolution from NCHW, over one to three dimensions and any groups, to NCHWc16 or NCHW.</summary>
internal unsafe struct PlanarJob
{
    private const int Lanes = 16;
    private const int BandPixels = 384;
    private const int DepthChunk = 320;

    public PlanarGeometry Geometry;
    public float* X;

    // As ONNX has them, and packed while running; or packed already.
    public float* Weights;
    public bool IsPacked;
    public float* Bias;
    public float* Residual;
    public float* Y;
    public int Channels;
    public int OutChannels;
    public int Groups;

    // Whether the output is NCHWc16 (then groups are 1, and the bias is padded) or NCHW.
    public bool IsBlockedOutput;
    public ConvolutionFinish Finish;

    private TileKernel _kernel;
    private ConvolutionTasks _tasks;
    private float* _source;
    private float* _packed;
    private float* _padded;
    private float* _bias;
    private float* _buffers;
    private long* _windows;
    private long* _offsets;
    private bool _pads;
    private long _planeLength;
    private int _image;

    private readonly int GroupChannels => Channels / Groups;

    private readonly int GroupOutChannels => OutChannels / Groups;

    private readonly int Panels => (GroupOutChannels + Lanes - 1) / Lanes;

    private readonly int Depth => GroupChannels * Geometry.Taps;

    /// <summary>Runs the convolution.</summary>
    public void Run(KernelContext context, int batch)
    {
        if (batch == 0 || Geometry.OutPixels == 0 || OutChannels == 0)
        {
            return;
        }

        ConvolutionMicrokernels kernels = ConvolutionMicrokernels.Current;
        _kernel = new(kernels.PlanarTile, kernels.Pixels);
        _pads = Geometry.NeedsPadding;
        _planeLength = _pads ? Geometry.PaddedPixels : Geometry.Pixels;
        double work = (double)Geometry.OutPixels * Panels * Groups * Depth * Lanes;
        _tasks = new(context.Threads, Groups, Geometry.OutPixels, BandPixels, Panels, 1, kernels.Pixels, work);
        Reserve(context);
        Geometry.FillOffsets(GroupChannels, _pads, _offsets);
        fixed (PlanarJob* self = &this)
        {
            if (!IsPacked)
            {
                ForEach(context, OutChannels * (double)Depth, Groups * Panels, &PackPanel, self);
            }

            for (_image = 0; _image < batch; _image++)
            {
                _source = X + _image * Channels * Geometry.Pixels;
                if (_pads)
                {
                    ForEach(context, (double)_planeLength * Channels, Channels, &CopyPlane, self);
                    _source = _padded;
                }

                _tasks.Run(context, &RunTask, self);
            }
        }
    }

    private static void ForEach(KernelContext context, double work, int count, delegate*<void*, int, int, void> body, void* state)
    {
        if (context.Threads > 1 && work > 1 << 18)
        {
            context.For(count, body, state);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            body(state, i, 0);
        }
    }

    private void Reserve(KernelContext context)
    {
        try
        {
            int workers = _tasks.IsParallel ? context.Threads : 1;
            long packed = IsPacked ? 0 : checked((long)Groups * Panels * Depth * Lanes);
            long bias = (long)Groups * Panels * Lanes;
            long padded = _pads ? checked(_planeLength * Channels) : 0;
            long buffer = IsBlockedOutput ? 0 : (long)workers * _tasks.BandPixels * Lanes;
            long windows = (long)workers * (_tasks.BandPixels + ConvolutionGeometry.RowTail);
            byte* scratch = context.Scratch(checked((packed + bias + padded + buffer) * sizeof(float) + (windows + Depth) * sizeof(long) + 64));
            _packed = IsPacked ? Weights : (float*)scratch;
            _bias = (float*)scratch + packed;
            _buffers = _bias + bias;
            _windows = (long*)(_buffers + buffer);
            _offsets = _windows + windows;
            _padded = (float*)(_offsets + Depth);
        }
        catch (OverflowException)
        {
            throw new KernelException($"A convolution with {Channels} and {OutChannels} channels needs more memory than there is.");
        }

        for (int g = 0; g < Groups; g++)
        {
            for (int c = 0; c < Panels * Lanes; c++)
            {
                _bias[g * Panels * Lanes + c] = Bias != null && c < GroupOutChannels ? Bias[g * GroupOutChannels + c] : 0;
            }
        }
    }

    private static void PackPanel(void* state, int index, int worker)
    {
        var job = (PlanarJob*)state;
        int depth = job->Depth, group = index / job->Panels, panel = index % job->Panels;
        int count = Math.Min(Lanes, job->GroupOutChannels - panel * Lanes);
        float* packed = job->_packed + (long)index * depth * Lanes;
        float* weights = job->Weights + ((long)group * job->GroupOutChannels + panel * Lanes) * depth;
        for (long k = 0; k < depth; k++)
        {
            for (int o = 0; o < Lanes; o++)
            {
                packed[k * Lanes + o] = o < count ? weights[o * (long)depth + k] : 0;
            }
        }
    }

    private static void CopyPlane(void* state, int index, int worker)
    {
        var job = (PlanarJob*)state;
        job->Geometry.CopyPadded(job->_source + index * job->Geometry.Pixels, job->_padded + index * job->_planeLength);
    }

    private static void RunTask(void* state, int index, int worker) => ((PlanarJob*)state)->RunTask(index, worker);

    private void RunTask(int index, int worker)
    {
        _tasks.Decode(index, out int group, out long first, out int pixels, out int panel, out int endPanel);
        long* windows = _windows + worker * (long)(_tasks.BandPixels + ConvolutionGeometry.RowTail);
        Geometry.FillWindows(first, pixels, _pads, windows);
        PlanarConvolutionTile tile = default;
        tile.Minimum = Finish.Minimum;
        tile.Maximum = Finish.Maximum;
        tile.Pixels = windows;
        for (; panel < endPanel; panel++)
        {
            float* output = _buffers + (long)worker * _tasks.BandPixels * Lanes;
            float* residual = null;
            if (IsBlockedOutput)
            {
                long place = (((long)_image * Panels + panel) * Geometry.OutPixels + first) * Lanes;
                output = Y + place;
                residual = Residual == null ? null : Residual + place;
            }

            RunPanel(&tile, group, panel, pixels, output, residual);
            if (IsBlockedOutput)
            {
                Finish.Apply(output, (long)pixels * Lanes);
            }
            else
            {
                StorePlanar(output, group, panel, first, pixels);
            }
        }
    }

    private readonly void RunPanel(PlanarConvolutionTile* tile, int group, int panel, int pixels, float* output, float* residual)
    {
        int chunks = (Depth + DepthChunk - 1) / DepthChunk;
        bool finishes = IsBlockedOutput || Residual == null;
        for (int chunk = 0, done = 0; chunk < chunks; chunk++)
        {
            int end = (int)((long)Depth * (chunk + 1) / chunks);
            bool last = chunk == chunks - 1;
            tile->Input = _source + (long)group * GroupChannels * _planeLength;
            tile->Weights = _packed + (((long)group * Panels + panel) * Depth + done) * Lanes;
            tile->Offsets = _offsets + done;
            tile->Depth = end - done;
            tile->Bias = chunk == 0 ? _bias + (group * Panels + panel) * Lanes : null;
            tile->Residual = last ? residual : null;
            tile->Clamp = last && finishes && Finish.Clamps ? 1 : 0;
            tile->Output = output;
            _kernel.Run(tile, pixels);
            done = end;
        }
    }

    private readonly void StorePlanar(float* sums, int group, int panel, long first, int pixels)
    {
        int count = Math.Min(Lanes, GroupOutChannels - panel * Lanes);
        long channel = (long)_image * OutChannels + group * GroupOutChannels + panel * Lanes;
        for (int c = 0; c < count; c++)
        {
            long place = (channel + c) * Geometry.OutPixels + first;
            float* row = Y + place;
            for (int p = 0; p < pixels; p++)
            {
                row[p] = sums[p * Lanes + c];
            }

            if (Residual == null)
            {
                Finish.Apply(row, pixels);
                continue;
            }

            for (int p = 0; p < pixels; p++)
            {
                row[p] += Residual[place + p];
            }

            Finish.ApplyAll(row, pixels);
        }
    }

    /// <summary>The planar microkernel along a row of pixels.</summary>
    private readonly struct TileKernel(Microkernel kernel, int pixels)
    {
        public void Run(PlanarConvolutionTile* tile, int count)
        {
            long* windows = tile->Pixels;
            float* output = tile->Output, residual = tile->Residual;
            for (int done = 0; done < count; done += pixels)
            {
                tile->Pixels = windows + done;
                tile->Output = output + (long)done * Lanes;
                tile->Residual = residual == null ? null : residual + (long)done * Lanes;
                tile->Count = Math.Min(pixels, count - done);
                kernel.Run(tile);
            }

            tile->Pixels = windows;
        }
    }
}
