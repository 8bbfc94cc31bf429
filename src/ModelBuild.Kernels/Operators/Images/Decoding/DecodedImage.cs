namespace ModelBuild.Kernels;

/// <summary>Pixels of red, green and blue, row by row, that a decoder writes.</summary>
internal sealed class DecodedImage
{
    // A picture beyond that many pixels is a damaged header, or a bomb.
    private const long MaxPixels = 1 << 27;

    /// <summary>Makes a black picture.</summary>
    /// <exception cref="KernelException">The size is not one of a picture.</exception>
    public DecodedImage(long width, long height)
    {
        if (width < 1 || height < 1 || width > MaxPixels || height > MaxPixels || width * height > MaxPixels)
        {
            throw new KernelException($"A picture can't have {width} by {height} pixels.");
        }

        Width = (int)width;
        Height = (int)height;
        Pixels = new byte[width * height * 3];
    }

    /// <summary>Pixels of a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Red, green and blue of each pixel.</summary>
    public byte[] Pixels { get; }

    /// <summary>Sets a pixel.</summary>
    public void Set(int x, int y, int red, int green, int blue)
    {
        int at = ((y * Width) + x) * 3;
        Pixels[at] = (byte)red;
        Pixels[at + 1] = (byte)green;
        Pixels[at + 2] = (byte)blue;
    }
}
