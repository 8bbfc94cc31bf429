using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelBuild.Kernels;

/// <summary>
/// A 3x3 convolution by Winograd's F(4x4, 3x3): groups of tiles are transformed, multiplied position by position, and transformed back. The groups change no
/// sum.
/// </summary>
internal unsafe struct WinogradJob
{
    private const int Lanes = 16;

    // Transformed input and sums of a group of tiles: what the second-level cache and a share of the third hold.
    private const int GroupBytes = 1 << 20;
    private const int LeastGroup = 24;
    private const long SerialWork = 1 << 18;

    // Added to the distance between positions, which would be a power of two else: then all 36 would share a few sets of the cache.
    private const int PositionPadding = 3 * Lanes;

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
    private float* _v;
    private float* _m;
    private float* _zero;
    private int* _table;
    private int _groupTiles;
    private int _panelStep;

    // The group at hand.
    private long _firstTile;
    private int _tiles;

    private readonly int TileRows => (Geometry.OutHeight + WinogradTransform.OutputSize - 1) / WinogradTransform.OutputSize;

    private readonly int TileColumns => (Geometry.OutWidth + WinogradTransform.OutputSize - 1) / WinogradTransform.OutputSize;

    private readonly int InputBlocks => ConvolutionPacking.Blocks(Channels);

    private readonly int Panels => ConvolutionPacking.Blocks(OutChannels);

    /// <summary>Runs the convolution with the widest transforms.</summary>
    public void Run(KernelContext context, int batch)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<Float32x16>(context, batch);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<Float32x8>(context, batch);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Run<Float32x4>(context, batch);
        }
        else
        {
            Run<Float32x1>(context, batch);
        }
    }

    /// <summary>Runs the convolution with one width of transforms.</summary>
    public void Run<T>(KernelContext context, int batch)
        where T : struct, IFloatVector<T>
    {
        long tiles = (long)batch * TileRows * TileColumns;
        if (tiles == 0 || OutChannels == 0)
        {
            return;
        }

        ConvolutionMicrokernels kernels = ConvolutionMicrokernels.Current;
        _hasPairs = kernels.HasPairs;
        _single = new(kernels.Tile, kernels.Pixels, kernels.SmallTile, kernels.SmallPixels);
        _pair = _hasPairs ? new(kernels.PairTile, kernels.Pixels, kernels.SmallPairTile, kernels.SmallPixels) : default;
        _panelStep = _hasPairs ? 2 : 1;
        long tileFloats = (long)WinogradTransform.Positions * (InputBlocks + Panels) * Lanes;
        long most = Math.Max(LeastGroup, GroupBytes / sizeof(float) / tileFloats) * context.Threads;
        long groups = (tiles + most - 1) / most;
        _groupTiles = (int)((tiles + groups - 1) / groups);
        Reserve(context, tileFloats);
        double work = (double)_groupTiles * WinogradTransform.Positions * Channels * OutChannels;
        bool parallel = context.Threads > 1 && work > SerialWork;
        fixed (WinogradJob* self = &this)
        {
            for (_firstTile = 0; _firstTile < tiles; _firstTile += _groupTiles)
            {
                _tiles = (int)Math.Min(_groupTiles, tiles - _firstTile);
                ForEach(context, parallel, InputBlocks * TileStrips, &InputTask<T>, self);
                ForEach(context, parallel, WinogradTransform.Positions * ((Panels + _panelStep - 1) / _panelStep), &MultiplyTask, self);
                ForEach(context, parallel, Panels * TileStrips, &OutputTask<T>, self);
            }
        }
    }

    // Transforms work on strips of tiles of one block.
    private const int StripTiles = 16;

    private readonly int TileStrips => (_tiles + StripTiles - 1) / StripTiles;

    private static void ForEach(KernelContext context, bool parallel, int count, delegate*<void*, int, int, void> body, void* state)
    {
        if (parallel)
        {
            context.For(count, body, state);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            body(state, i, 0);
        }
    }

    private void Reserve(KernelContext context, long tileFloats)
    {
        int row = _groupTiles + ConvolutionGeometry.RowTail;
        byte* scratch = context.Scratch((tileFloats * _groupTiles + 2 * WinogradTransform.Positions * PositionPadding) * sizeof(float) + 2 * Lanes * sizeof(float) + row * sizeof(int));
        _v = (float*)scratch;
        _m = _v + WinogradTransform.Positions * ((long)InputBlocks * Lanes * _groupTiles + PositionPadding);
        _zero = _m + WinogradTransform.Positions * ((long)Panels * Lanes * _groupTiles + PositionPadding);
        _table = (int*)(_zero + 2 * Lanes);
        new Span<float>(_zero, 2 * Lanes).Clear();
        for (int i = 0; i < row; i++)
        {
            _table[i] = i < _groupTiles ? i : -1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputTask<T>(void* state, int index, int worker)
        where T : struct, IFloatVector<T>
    {
        var job = (WinogradJob*)state;
        int strips = job->TileStrips, block = index / strips, first = index % strips * StripTiles, end = Math.Min(first + StripTiles, job->_tiles);
        int height = job->Geometry.Height, width = job->Geometry.Width;
        float* scratch = stackalloc float[WinogradTransform.Positions * T.Count];
        float* border = stackalloc float[WinogradTransform.Positions * Lanes];
        long positionStride = job->PositionStride(job->InputBlocks);
        float* v = job->_v + ((long)block * job->_tiles + first) * Lanes;
        for (int t = first; t < end; t++, v += Lanes)
        {
            job->Locate(job->_firstTile + t, out int image, out int row, out int column);
            int top = row - job->Geometry.PadTop, left = column - job->Geometry.PadLeft;
            float* plane = job->X + ((long)image * job->InputBlocks + block) * height * width * Lanes;
            float* source = plane + ((long)top * width + left) * Lanes;
            long rowStride = (long)width * Lanes;
            if (top < 0 || left < 0 || top > height - WinogradTransform.InputSize || left > width - WinogradTransform.InputSize)
            {
                CopyBorder(plane, height, width, top, left, border);
                source = border;
                rowStride = WinogradTransform.InputSize * Lanes;
            }

            for (int lane = 0; lane < Lanes; lane += T.Count)
            {
                WinogradTransform.Input<T>(source + lane, rowStride, v + lane, positionStride, scratch);
            }
        }
    }

    private static void CopyBorder(float* plane, int height, int width, int top, int left, float* border)
    {
        for (int y = 0; y < WinogradTransform.InputSize; y++)
        {
            for (int x = 0; x < WinogradTransform.InputSize; x++, border += Lanes)
            {
                bool inside = top + y >= 0 && top + y < height && left + x >= 0 && left + x < width;
                var destination = new Span<float>(border, Lanes);
                if (inside)
                {
                    new ReadOnlySpan<float>(plane + ((long)(top + y) * width + left + x) * Lanes, Lanes).CopyTo(destination);
                }
                else
                {
                    destination.Clear();
                }
            }
        }
    }

    private static void MultiplyTask(void* state, int index, int worker)
    {
        var job = (WinogradJob*)state;
        int steps = (job->Panels + job->_panelStep - 1) / job->_panelStep;
        job->Multiply(index / steps, index % steps * job->_panelStep);
    }

    private readonly void Multiply(int position, int panel)
    {
        bool pair = _hasPairs && panel + 1 < Panels;
        long tileLine = (long)_tiles * Lanes;
        ConvolutionTile tile = default;
        tile.Zero = _zero;
        tile.Pixels = _table;
        tile.PixelStride = _groupTiles + ConvolutionGeometry.RowTail;
        tile.Taps = 1;
        tile.InputBlockStride = tileLine;
        tile.OutputStride = Lanes;
        tile.OutputPanelStride = tileLine;
        tile.WeightsPanelStride = (long)InputBlocks * Lanes * Lanes;
        tile.Output = _m + position * PositionStride(Panels) + panel * tileLine;
        float* input = _v + position * PositionStride(InputBlocks);
        float* weights = Weights + ((long)position * Panels + panel) * tile.WeightsPanelStride;
        (pair ? _pair : _single).RunChunks(&tile, _tiles, pair ? 2 : 1, InputBlocks, input, weights, _zero, null, clamps: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OutputTask<T>(void* state, int index, int worker)
        where T : struct, IFloatVector<T>
    {
        var job = (WinogradJob*)state;
        int strips = job->TileStrips, panel = index / strips, first = index % strips * StripTiles, end = Math.Min(first + StripTiles, job->_tiles);
        float* scratch = stackalloc float[WinogradTransform.InputSize * WinogradTransform.OutputSize * T.Count];
        float* pixels = stackalloc float[WinogradTransform.OutputSize * WinogradTransform.OutputSize * Lanes];
        long positionStride = job->PositionStride(job->Panels);
        float* m = job->_m + ((long)panel * job->_tiles + first) * Lanes;
        float* bias = job->Bias == null ? job->_zero : job->Bias + panel * Lanes;
        for (int t = first; t < end; t++, m += Lanes)
        {
            for (int lane = 0; lane < Lanes; lane += T.Count)
            {
                WinogradTransform.Output(m + lane, positionStride, pixels + lane, WinogradTransform.OutputSize * Lanes, T.Load(bias + lane), scratch);
            }

            job->Locate(job->_firstTile + t, out int image, out int row, out int column);
            job->Store<T>(pixels, image, panel, row, column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store<T>(float* pixels, int image, int panel, int row, int column)
        where T : struct, IFloatVector<T>
    {
        int rows = Math.Min(WinogradTransform.OutputSize, Geometry.OutHeight - row), columns = Math.Min(WinogradTransform.OutputSize, Geometry.OutWidth - column);
        T minimum = T.Create(Finish.Minimum), maximum = T.Create(Finish.Maximum);
        for (int y = 0; y < rows; y++, pixels += WinogradTransform.OutputSize * Lanes)
        {
            long place = (((long)image * Panels + panel) * Geometry.OutPixels + (long)(row + y) * Geometry.OutWidth + column) * Lanes;
            float* destination = Y + place;
            for (int i = 0; i < columns * Lanes; i += T.Count)
            {
                T value = T.Load(pixels + i);
                if (Residual != null)
                {
                    value += T.Load(Residual + place + i);
                }

                if (Finish.Clamps)
                {
                    value = T.Min(maximum, T.Max(minimum, value));
                }

                T.Store(value, destination + i);
            }

            Finish.Apply(destination, columns * Lanes);
        }
    }

    private readonly long PositionStride(int blocks) => (long)blocks * _tiles * Lanes + PositionPadding;

    private readonly void Locate(long tile, out int image, out int row, out int column)
    {
        int perImage = TileRows * TileColumns;
        image = (int)(tile / perImage);
        int rest = (int)(tile % perImage);
        row = rest / TileColumns * WinogradTransform.OutputSize;
        column = rest % TileColumns * WinogradTransform.OutputSize;
    }
}
