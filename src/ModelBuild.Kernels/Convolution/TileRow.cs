namespace ModelBuild.Kernels;

/// <summary>Microkernels that cover any number of consecutive pixels with tiles.</summary>
internal readonly struct TileRow
{
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
}
