namespace ModelBuild.Kernels;

/// <summary>Microkernels that cover any number of consecutive pixels with tiles.</summary>
internal readonly struct TileRow
{
    private const int PanelBytes = 20 * 1024;
    private const int BlockWeights = 16 * 16;

    private readonly Microkernel _full;
    private readonly Microkernel _small;
    private readonly int _fullPixels;
    private readonly int _smallPixels;

    /// <summary>Covers rows with one kernel.</summary>
    public TileRow(Microkernel kernel, int pixels)
        : this(kernel, pixels, kernel, pixels)
    {
    }

    /// <summary>Covers rows with a kernel, and what remains with a smaller one.</summary>
    public TileRow(Microkernel full, int fullPixels, Microkernel small, int smallPixels)
    {
        _full = full;
        _small = small;
        _fullPixels = fullPixels;
        _smallPixels = smallPixels;
    }

    /// <summary>Runs a tile's microkernel for <paramref name="count"/> consecutive pixels: table, residual and output go forward from what the tile says.</summary>
    public unsafe void Run(ConvolutionTile* tile, int count)
    {
        int* pixels = tile->Pixels;
        float* output = tile->Output, residual = tile->Residual;
        int done = 0;
        while (done < count)
        {
            int rest = count - done;
            bool small = rest <= _smallPixels || (rest > _fullPixels && rest <= 2 * _smallPixels);
            tile->Pixels = pixels + done;
            tile->Output = output + done * tile->OutputStride;
            tile->Residual = residual == null ? null : residual + done * tile->OutputStride;
            tile->Count = Math.Min(rest, small ? _smallPixels : _fullPixels);
            (small ? _small : _full).Run(tile);
            done += tile->Count;
        }

        tile->Pixels = pixels;
        tile->Output = output;
        tile->Residual = residual;
    }

    /// <summary>
    /// Sums over all input blocks for consecutive pixels: all pixels with the weights of some blocks, which stay in the first-level cache, then with the
    /// next ones. The tile has everything but input, weights, bias, residual and bounds.
    /// </summary>
    /// <param name="tile">Arguments of the microkernel.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="panels">Panels of a tile.</param>
    /// <param name="blocks">Input blocks.</param>
    /// <param name="input">First input block.</param>
    /// <param name="weights">Weights of the panel.</param>
    /// <param name="bias">Start values.</param>
    /// <param name="residual">Added at the end; or null.</param>
    /// <param name="clamps">Whether bounds apply.</param>
    public unsafe void RunChunks(ConvolutionTile* tile, int count, int panels, int blocks, float* input, float* weights, float* bias, float* residual, bool clamps)
    {
        int most = Math.Max(1, PanelBytes / (tile->Taps * BlockWeights * sizeof(float) * panels));
        int chunks = (blocks + most - 1) / most;
        for (int chunk = 0, done = 0; chunk < chunks; chunk++)
        {
            int end = (int)((long)blocks * (chunk + 1) / chunks);
            bool last = chunk == chunks - 1;
            tile->Input = input + done * tile->InputBlockStride;
            tile->Weights = weights + (long)done * tile->Taps * BlockWeights;
            tile->Blocks = end - done;
            tile->Bias = chunk == 0 ? bias : null;
            tile->Residual = last ? residual : null;
            tile->Clamp = last && clamps ? 1 : 0;
            Run(tile, count);
            done = end;
        }
    }
}
