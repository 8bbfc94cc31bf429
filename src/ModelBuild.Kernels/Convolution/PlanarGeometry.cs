namespace ModelBuild.Kernels;

/// <summary>Sizes of a convolution over three dimensions (outer ones 1 where there are fewer), of planes that may be padded copies of the input.</summary>
internal unsafe struct PlanarGeometry
{
    /// <summary>Dimensions.</summary>
    public const int Rank = 3;

    public fixed int Size[Rank];
    public fixed int OutSize[Rank];
    public fixed int Kernel[Rank];
    public fixed int Stride[Rank];
    public fixed int Pad[Rank];
    public fixed int Dilation[Rank];

    /// <summary>Makes the geometry of a convolution over 1 to 3 dimensions, outermost first.</summary>
    public static PlanarGeometry Of(
        ReadOnlySpan<long> size, ReadOnlySpan<long> outSize, ReadOnlySpan<long> kernel, ReadOnlySpan<long> stride, ReadOnlySpan<long> pad, ReadOnlySpan<long> dilation)
    {
        PlanarGeometry geometry = default;
        int outer = Rank - size.Length;
        for (int d = 0; d < Rank; d++)
        {
            geometry.Size[d] = d < outer ? 1 : checked((int)size[d - outer]);
            geometry.OutSize[d] = d < outer ? 1 : checked((int)outSize[d - outer]);
            geometry.Kernel[d] = d < outer ? 1 : checked((int)kernel[d - outer]);
            geometry.Stride[d] = d < outer ? 1 : checked((int)stride[d - outer]);
            geometry.Pad[d] = d < outer ? 0 : checked((int)pad[d - outer]);
            geometry.Dilation[d] = d < outer ? 1 : checked((int)dilation[d - outer]);
        }

        return geometry;
    }

    /// <summary>Positions of the filter.</summary>
    public int Taps => checked(Kernel[0] * Kernel[1] * Kernel[2]);

    /// <summary>Elements of an input plane.</summary>
    public long Pixels => (long)Size[0] * Size[1] * Size[2];

    /// <summary>Elements of an output plane.</summary>
    public long OutPixels => (long)OutSize[0] * OutSize[1] * OutSize[2];

    /// <summary>Whether some window reaches beyond the input.</summary>
    public bool NeedsPadding
    {
        get
        {
            for (int d = 0; d < Rank; d++)
            {
                if (Pad[d] != 0 || Reach(d) > Size[d])
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>How far the windows reach along a dimension: the size of a padded plane.</summary>
    public long Reach(int d) => OutSize[d] == 0 ? 0 : (OutSize[d] - 1L) * Stride[d] + (Kernel[d] - 1L) * Dilation[d] + 1;

    /// <summary>Elements of a padded plane.</summary>
    /// <exception cref="KernelException">More than memory can hold.</exception>
    public long PaddedPixels
    {
        get
        {
            try
            {
                return checked(Reach(0) * Reach(1) * Reach(2));
            }
            catch (OverflowException)
            {
                throw new KernelException($"A convolution with an output of {OutSize[0]}x{OutSize[1]}x{OutSize[2]} needs more memory than there is.");
            }
        }
    }

    /// <summary>Copies a plane, with zeros around it.</summary>
    public void CopyPadded(float* plane, float* padded)
    {
        long planes = Reach(0), rows = Reach(1), columns = Reach(2);
        long before = Math.Min(Pad[2], columns);
        long within = Math.Clamp((long)Size[2] + Math.Min(Pad[2], 0), 0, columns - Math.Max(0, before));
        for (long z = 0; z < planes; z++)
        {
            for (long y = 0; y < rows; y++, padded += columns)
            {
                long inZ = z - Pad[0], inY = y - Pad[1];
                if (inZ < 0 || inZ >= Size[0] || inY < 0 || inY >= Size[1])
                {
                    Zero(padded, columns);
                    continue;
                }

                float* row = plane + (inZ * Size[1] + inY) * Size[2];
                long start = Math.Max(0, before), skip = Math.Max(0, -(long)Pad[2]);
                Zero(padded, start);
                Buffer.MemoryCopy(row + skip, padded + start, within * sizeof(float), within * sizeof(float));
                Zero(padded + start + within, columns - start - within);
            }
        }
    }

    /// <summary>Writes where each product of a sum reads, from the window's beginning: channel, then the filter's positions.</summary>
    public void FillOffsets(int channels, bool padded, long* offsets)
    {
        long row = padded ? Reach(2) : Size[2], slice = row * (padded ? Reach(1) : Size[1]), plane = slice * (padded ? Reach(0) : Size[0]);
        for (int c = 0; c < channels; c++)
        {
            for (int z = 0; z < Kernel[0]; z++)
            {
                for (int y = 0; y < Kernel[1]; y++)
                {
                    for (int x = 0; x < Kernel[2]; x++)
                    {
                        *offsets++ = c * plane + z * (long)Dilation[0] * slice + y * (long)Dilation[1] * row + x * (long)Dilation[2];
                    }
                }
            }
        }
    }

    /// <summary>Writes where the windows of consecutive output pixels begin, and the last one again for the widest tile.</summary>
    public void FillWindows(long first, int count, bool padded, long* windows)
    {
        long row = padded ? Reach(2) : Size[2], slice = row * (padded ? Reach(1) : Size[1]);
        int x = (int)(first % OutSize[2]);
        long rest = first / OutSize[2];
        int y = (int)(rest % OutSize[1]), z = (int)(rest / OutSize[1]);
        for (int i = 0; i < count; i++)
        {
            windows[i] = z * (long)Stride[0] * slice + y * (long)Stride[1] * row + x * (long)Stride[2];
            if (++x == OutSize[2])
            {
                x = 0;
                if (++y == OutSize[1])
                {
                    y = 0;
                    z++;
                }
            }
        }

        new Span<long>(windows + count, ConvolutionGeometry.RowTail).Fill(windows[count - 1]);
    }

    private static void Zero(float* destination, long count) => System.Runtime.InteropServices.NativeMemory.Clear(destination, (nuint)(count * sizeof(float)));
}
