using System.Globalization;

namespace ModelBuild.Images;

/// <summary>The caller's pixels, checked once: every row can be read without going past the span.</summary>
internal readonly ref struct PixelSource
{
    private readonly ReadOnlySpan<byte> _pixels;
    private readonly long _stride;
    private readonly PixelFormat _format;

    public PixelSource(ReadOnlySpan<byte> pixels, int width, int height, int stride, PixelFormat format)
    {
        int size = format switch
        {
            PixelFormat.Rgba32 or PixelFormat.Bgra32 => 4,
            PixelFormat.Rgb24 or PixelFormat.Bgr24 => 3,
            PixelFormat.Gray8 => 1,
            _ => throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{(int)format} is no pixel format."), nameof(format)),
        };
        long row = (long)width * size;
        if (stride != 0 && stride < row)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A row of {width} pixels has {row} bytes; a stride of {stride} is too small."), nameof(stride));
        }

        _stride = stride == 0 ? row : stride;
        long needed = (_stride * (height - 1)) + row;
        if (pixels.Length < needed)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"An image of {width}x{height} {format} with a stride of {_stride} has {needed} bytes; {pixels.Length} were given."), nameof(pixels));
        }

        _pixels = pixels;
        _format = format;
        Width = width;
        Height = height;
        PixelSize = size;
        Channels = format == PixelFormat.Gray8 ? 1 : 3;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>1 for grey pixels, else 3.</summary>
    public int Channels { get; }

    private int PixelSize { get; }

    /// <summary>Copies pixels of a row as red, green, blue (or as grey), beginning with pixel <paramref name="x"/>.</summary>
    public void CopyRow(int y, int x, Span<byte> destination)
    {
        ReadOnlySpan<byte> row = _pixels.Slice((int)((y * _stride) + ((long)x * PixelSize)));
        if (_format is PixelFormat.Gray8 or PixelFormat.Rgb24)
        {
            row[..destination.Length].CopyTo(destination);
            return;
        }

        bool reversed = _format is PixelFormat.Bgr24 or PixelFormat.Bgra32;
        int red = reversed ? 2 : 0;
        int blue = 2 - red;
        int size = PixelSize;
        for (int i = 0, from = 0; i + 2 < destination.Length; i += 3, from += size)
        {
            destination[i] = row[from + red];
            destination[i + 1] = row[from + 1];
            destination[i + 2] = row[from + blue];
        }
    }
}
