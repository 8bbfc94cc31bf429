namespace ModelBuild.Kernels;

/// <summary>
/// A transposed convolution in NCHWc16 as direct convolutions, one for each phase of the strides. A task is an output row: of each phase of its columns, the
/// pixels lie a stride apart.
/// </summary>
internal unsafe struct TransposedJob
{
    private const int Lanes = 16;
    private const long SerialWork = 1 << 18;

    // Height and width are those of the input, out height and out width those of the output.
    public ConvolutionGeometry Geometry;
    public float* X;
    public float* Weights;
    public float* Bias;
    public float* Residual;
    public float* Y;
    public int Channels;
    public int OutChannels;
    public ConvolutionFinish Finish;

    private TileRow _single;
    private TileRow _pair;
    private bool _hasPairs;
    private float* _zero;
    private int* _tables;
    private long _tableLength;

    // Floats of zero: a line for pixels in the padding and the weights of a phase without taps.
    private const int Zeros = Lanes * Lanes;

    private readonly int InputBlocks => ConvolutionPacking.Blocks(Channels);

    private readonly int Panels => ConvolutionPacking.Blocks(OutChannels);

    private readonly int PhaseColumns => (Geometry.OutWidth + Geometry.StrideWidth - 1) / Geometry.StrideWidth + ConvolutionGeometry.RowTail;

    /// <summary>Runs the convolution.</summary>
    public void Run(KernelContext context, int batch)
    {
        if (batch == 0 || Geometry.OutPixels == 0 || OutChannels == 0)
        {
            return;
        }

        ConvolutionMicrokernels kernels = ConvolutionMicrokernels.Current;
        _hasPairs = kernels.HasPairs;
        _single = new(kernels.Tile, kernels.Pixels, kernels.SmallTile, kernels.SmallPixels);
        _pair = _hasPairs ? new(kernels.PairTile, kernels.Pixels, kernels.SmallPairTile, kernels.SmallPixels) : default;
        int count = checked(batch * Geometry.OutHeight);
        double work = (double)batch * Geometry.Height * Geometry.Width * Geometry.Taps * InputBlocks * Panels * Lanes * Lanes;
        bool parallel = context.Threads > 1 && work > SerialWork;

        // A phase has at most all taps of the filter's columns, and at least the one that stands for none.
        _tableLength = ((long)Geometry.Taps + Geometry.StrideWidth) * PhaseColumns;
        byte* scratch = context.Scratch(checked(Zeros * sizeof(float) + _tableLength * (parallel ? context.Threads : 1) * sizeof(int)));
        _zero = (float*)scratch;
        new Span<float>(_zero, Zeros).Clear();
        _tables = (int*)(_zero + Zeros);
        fixed (TransposedJob* self = &this)
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
        var job = (TransposedJob*)state;
        job->RunRow(index / job->Geometry.OutHeight, index % job->Geometry.OutHeight, job->_tables + worker * job->_tableLength);
    }

    private readonly void RunRow(int image, int row, int* table)
    {
        int phaseRow = Remainder((long)row + Geometry.PadTop, Geometry.StrideHeight);
        int* next = table;
        for (int phase = 0; phase < Geometry.StrideWidth; phase++)
        {
            FillPhase(row, phaseRow, phase, ref next);
        }

        long outputBlock = Geometry.OutPixels * Lanes;
        for (int panel = 0; panel < Panels;)
        {
            bool pair = _hasPairs && panel + 1 < Panels;
            long place = (((long)image * Panels + panel) * Geometry.OutHeight + row) * Geometry.OutWidth * Lanes;
            RunPanel(image, phaseRow, panel, pair, place, table);
            for (int p = 0; p < (pair ? 2 : 1); p++)
            {
                Finish.Apply(Y + place + p * outputBlock, (long)Geometry.OutWidth * Lanes);
            }

            panel += pair ? 2 : 1;
        }
    }

    private readonly void RunPanel(int image, int phaseRow, int panel, bool pair, long place, int* table)
    {
        long inputBlock = (long)Geometry.Height * Geometry.Width * Lanes;
        ConvolutionTile tile = default;
        tile.Zero = _zero;
        tile.OutputStride = (long)Geometry.StrideWidth * Lanes;
        tile.InputBlockStride = inputBlock;
        tile.OutputPanelStride = Geometry.OutPixels * Lanes;
        tile.PixelStride = PhaseColumns;
        tile.Minimum = Finish.Minimum;
        tile.Maximum = Finish.Maximum;
        float* noBias = stackalloc float[2 * Lanes];
        new Span<float>(noBias, 2 * Lanes).Clear();
        int rowTaps = ConvolutionPacking.PhaseTaps(Geometry.KernelHeight, Geometry.StrideHeight, Geometry.DilationHeight, phaseRow);
        long before = 0;
        for (int r = 0; r < phaseRow; r++)
        {
            before += ConvolutionPacking.PhaseTaps(Geometry.KernelHeight, Geometry.StrideHeight, Geometry.DilationHeight, r);
        }

        float* weights = Weights + before * Geometry.KernelWidth * InputBlocks * Panels * Lanes * Lanes;
        for (int phase = 0; phase < Geometry.StrideWidth; phase++)
        {
            int taps = rowTaps * ConvolutionPacking.PhaseTaps(Geometry.KernelWidth, Geometry.StrideWidth, Geometry.DilationWidth, phase);
            int first = FirstColumn(phase);
            int count = first >= Geometry.OutWidth ? 0 : (Geometry.OutWidth - first + Geometry.StrideWidth - 1) / Geometry.StrideWidth;
            tile.Taps = Math.Max(1, taps);
            tile.WeightsPanelStride = taps == 0 ? 0 : (long)InputBlocks * taps * Lanes * Lanes;
            tile.Pixels = table;
            tile.Output = Y + place + (long)first * Lanes;
            (pair ? _pair : _single).RunChunks(
                &tile, count, pair ? 2 : 1, taps == 0 ? 1 : InputBlocks, X + (long)image * InputBlocks * inputBlock,
                taps == 0 ? _zero : weights + panel * tile.WeightsPanelStride, Bias == null ? noBias : Bias + panel * Lanes,
                Residual == null ? null : Residual + place + (long)first * Lanes, Finish.Clamps);
            weights += (long)taps * InputBlocks * Panels * Lanes * Lanes;
            table += (long)tile.Taps * PhaseColumns;
        }
    }

    // For each tap of a phase, which input pixel its columns read.
    private readonly void FillPhase(int row, int phaseRow, int phase, ref int* table)
    {
        int columns = PhaseColumns, first = FirstColumn(phase);
        bool any = false;
        for (int ky = 0; ky < Geometry.KernelHeight; ky++)
        {
            if ((long)ky * Geometry.DilationHeight % Geometry.StrideHeight != phaseRow)
            {
                continue;
            }

            long y = ((long)row + Geometry.PadTop - (long)ky * Geometry.DilationHeight) / Geometry.StrideHeight;
            bool inside = (long)row + Geometry.PadTop >= (long)ky * Geometry.DilationHeight && y < Geometry.Height;
            for (int kx = 0; kx < Geometry.KernelWidth; kx++)
            {
                if ((long)kx * Geometry.DilationWidth % Geometry.StrideWidth != phase)
                {
                    continue;
                }

                // The difference is a multiple of the stride, so that the division is exact.
                long x = ((long)first + Geometry.PadLeft - (long)kx * Geometry.DilationWidth) / Geometry.StrideWidth;
                for (int i = 0; i < columns; i++, x++)
                {
                    table[i] = inside && x >= 0 && x < Geometry.Width && i < columns - ConvolutionGeometry.RowTail ? (int)(y * Geometry.Width + x) : -1;
                }

                table += columns;
                any = true;
            }
        }

        if (!any)
        {
            new Span<int>(table, columns).Fill(-1);
            table += columns;
        }
    }

    // The first output column of a phase.
    private readonly int FirstColumn(int phase) => Remainder((long)phase - Geometry.PadLeft, Geometry.StrideWidth);

    private static int Remainder(long value, int divisor) => (int)(((value % divisor) + divisor) % divisor);
}
