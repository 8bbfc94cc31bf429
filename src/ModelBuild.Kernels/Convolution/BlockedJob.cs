namespace ModelBuild.Kernels;

/// <summary>A convolution from NCHWc16 to NCHWc16, dense, grouped or depthwise, with everything that its tasks need.</summary>
internal unsafe struct BlockedJob
{
    private const int Lanes = 16;

    // What one worker goes over again and again: input of a band of pixels and the table in the second-level cache.
    private const int BandBytes = 192 * 1024;
    private const int TableBytes = 48 * 1024;

    public ConvolutionGeometry Geometry;
    public float* X;
    public float* Weights;
    public float* Bias;
    public float* Residual;
    public float* Y;
    public int Channels;
    public int OutChannels;
    public int Groups;
    public bool IsDepthwise;
    public ConvolutionFinish Finish;

    private TileRow _single;
    private TileRow _pair;
    private bool _hasPairs;
    private int _inputBlocks;
    private int _panels;
    private ConvolutionTasks _tasks;
    private float* _zero;
    private int* _tables;
    private long _tableStride;

    /// <summary>Runs the convolution.</summary>
    public void Run(KernelContext context, int batch)
    {
        if (batch == 0 || Geometry.OutPixels == 0 || OutChannels == 0)
        {
            return;
        }

        ConvolutionMicrokernels kernels = ConvolutionMicrokernels.Current;
        _hasPairs = kernels.HasPairs && !IsDepthwise && Groups == 1;
        _single = IsDepthwise ? new(kernels.DepthwiseTile, kernels.Pixels) : new(kernels.Tile, kernels.Pixels, kernels.SmallTile, kernels.SmallPixels);
        _pair = _hasPairs ? new(kernels.PairTile, kernels.Pixels, kernels.SmallPairTile, kernels.SmallPixels) : default;
        _inputBlocks = IsDepthwise ? 1 : ConvolutionPacking.InputBlocks(Channels, OutChannels, Groups);
        _panels = ConvolutionPacking.Blocks(OutChannels);
        int taps = Geometry.Taps;
        long read = (long)_inputBlocks * Lanes * sizeof(float) * Math.Min(Geometry.StrideHeight, Geometry.KernelHeight) * Math.Min(Geometry.StrideWidth, Geometry.KernelWidth);
        long band = Math.Min(BandBytes / read, TableBytes / sizeof(int) / taps);
        double work = (double)batch * Geometry.OutPixels * _panels * _inputBlocks * taps * (IsDepthwise ? Lanes : Lanes * Lanes);
        _tasks = new(context.Threads, batch, Geometry.OutPixels, band, _panels, _hasPairs ? 2 : 1, kernels.Pixels, work);
        _tableStride = _tasks.BandPixels + ConvolutionGeometry.RowTail;
        long table = (_tableStride * taps * sizeof(int) + 63) / 64 * 64;
        byte* scratch = context.Scratch(64 + table * (_tasks.IsParallel ? context.Threads : 1));
        _zero = (float*)scratch;
        new Span<float>(_zero, Lanes).Clear();
        _tables = (int*)(scratch + 64);
        fixed (BlockedJob* self = &this)
        {
            _tasks.Run(context, &RunTask, self);
        }
    }

    private static void RunTask(void* state, int index, int worker) => ((BlockedJob*)state)->RunTask(index, worker);

    private readonly void RunTask(int index, int worker)
    {
        _tasks.Decode(index, out int image, out long first, out int pixels, out int panel, out int endPanel);
        int taps = Geometry.Taps;
        int* table = (int*)((byte*)_tables + worker * ((_tableStride * taps * sizeof(int) + 63) / 64 * 64));
        Geometry.FillPixels(first, pixels, table, _tableStride);
        long inputBlock = (long)Geometry.Height * Geometry.Width * Lanes, outputBlock = Geometry.OutPixels * Lanes;
        ConvolutionTile tile = default;
        tile.Zero = _zero;
        tile.OutputStride = Lanes;
        tile.InputBlockStride = inputBlock;
        tile.OutputPanelStride = outputBlock;
        tile.WeightsPanelStride = (long)_inputBlocks * taps * Lanes * Lanes;
        tile.PixelStride = _tableStride;
        tile.Taps = taps;
        tile.Minimum = Finish.Minimum;
        tile.Maximum = Finish.Maximum;
        float* noBias = stackalloc float[2 * Lanes];
        new Span<float>(noBias, 2 * Lanes).Clear();
        float* image0 = X + (long)image * ConvolutionPacking.Blocks(Channels) * inputBlock;
        while (panel < endPanel)
        {
            bool pair = _hasPairs && panel + 1 < endPanel;
            int firstBlock = IsDepthwise ? panel : ConvolutionPacking.FirstInputBlock(panel, Channels, OutChannels, Groups, _inputBlocks);
            long place = ((long)image * _panels + panel) * outputBlock + first * Lanes;
            tile.Pixels = table;
            tile.Output = Y + place;
            (pair ? _pair : _single).RunChunks(
                &tile, pixels, pair ? 2 : 1, _inputBlocks, image0 + firstBlock * inputBlock,
                Weights + panel * (IsDepthwise ? taps * Lanes : tile.WeightsPanelStride), Bias == null ? noBias : Bias + panel * Lanes,
                Residual == null ? null : Residual + place, Finish.Clamps);
            Finish.Apply(Y + place, (long)pixels * Lanes);
            if (pair)
            {
                Finish.Apply(Y + place + outputBlock, (long)pixels * Lanes);
            }

            panel += pair ? 2 : 1;
        }
    }
}
