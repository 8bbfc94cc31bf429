using System.Buffers;
using System.Globalization;

namespace ModelBuild.Images;

/// <summary>
/// Turns decoded pixels into a model's input. Resampling and grey follow the named library to the bit where the library
/// itself is deterministic (OpenCV's bicubic and Lanczos may differ by 1 of 255 between its own builds).
/// Immutable and thread-safe; scratch memory is pooled.
/// </summary>
public sealed class ImagePreprocessor
{
    private readonly float[] _floats;
    private readonly Half[] _halves;
    private readonly byte[] _bytes;

    /// <summary>Checks the options and prepares them.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ImagePreprocessor(ImagePreprocessorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        Channels = options.Color == ColorOrder.Gray ? 1 : 3;
        Check(options, Channels, nameof(options));
        _floats = new float[Channels * 256];
        _halves = new Half[_floats.Length];
        _bytes = new byte[_floats.Length];
        for (int i = 0; i < _floats.Length; i++)
        {
            int channel = i / 256;
            double value = (i % 256) * options.Scale;
            value -= options.Mean.Count > 0 ? options.Mean[channel] : 0;
            value /= options.Std.Count > 0 ? options.Std[channel] : 1;
            _floats[i] = (float)value;
            _halves[i] = (Half)value;
            _bytes[i] = (byte)Math.Clamp(Math.Round(value), 0, 255);
        }
    }

    /// <summary>What was given.</summary>
    public ImagePreprocessorOptions Options { get; }

    /// <summary>Channels of the tensor: 3, or 1 for <see cref="ColorOrder.Gray"/>.</summary>
    public int Channels { get; }

    /// <summary>Size of an image after resize and crop.</summary>
    /// <exception cref="ArgumentException">The image has no pixels, or what is left is not what <see cref="ImagePreprocessorOptions.TensorWidth"/> and <see cref="ImagePreprocessorOptions.TensorHeight"/> ask for.</exception>
    public (int Width, int Height) GetOutputSize(int width, int height)
    {
        Frame frame = GetFrame(width, height);
        return (frame.Width, frame.Height);
    }

    /// <summary>Elements that an image of this size becomes.</summary>
    /// <inheritdoc cref="GetOutputSize"/>
    public int GetOutputLength(int width, int height) => Length(GetFrame(width, height), Channels, width, height);

    /// <summary>Writes one image.</summary>
    /// <param name="pixels">Rows from top to bottom.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="stride">Bytes from one row's start to the next; 0 for rows without padding.</param>
    /// <param name="format">What the bytes are.</param>
    /// <param name="destination">Receives <see cref="GetOutputLength"/> elements.</param>
    /// <exception cref="ArgumentException">A size does not fit; the text says which.</exception>
    public void Write(ReadOnlySpan<byte> pixels, int width, int height, int stride, PixelFormat format, Span<float> destination) =>
        Write(pixels, width, height, stride, format, destination, _floats);

    /// <inheritdoc cref="Write(ReadOnlySpan{byte}, int, int, int, PixelFormat, Span{float})"/>
    public void Write(ReadOnlySpan<byte> pixels, int width, int height, int stride, PixelFormat format, Span<Half> destination) =>
        Write(pixels, width, height, stride, format, destination, _halves);

    /// <summary>Writes one image; values are rounded to the nearest and saturate at 0 and 255.</summary>
    /// <inheritdoc cref="Write(ReadOnlySpan{byte}, int, int, int, PixelFormat, Span{float})"/>
    public void Write(ReadOnlySpan<byte> pixels, int width, int height, int stride, PixelFormat format, Span<byte> destination) =>
        Write(pixels, width, height, stride, format, destination, _bytes);

    private void Write<T>(ReadOnlySpan<byte> pixels, int width, int height, int stride, PixelFormat format, Span<T> destination, T[] table)
    {
        Frame frame = GetFrame(width, height);
        int length = Length(frame, Channels, width, height);
        if (destination.Length != length)
        {
            throw new ArgumentException(
                Text($"The image becomes {length} elements ({Channels} channels of {frame.Width}x{frame.Height}); the destination has {destination.Length}."), nameof(destination));
        }

        var source = new PixelSource(pixels, width, height, stride, format);
        int bytes = Length(frame, source.Channels, width, height);
        byte[] scratch = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            Span<byte> resized = scratch.AsSpan(0, bytes);
            Resample(source, frame, resized);
            Emit(resized, source.Channels, destination, table);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static int Length(in Frame frame, int channels, int width, int height)
    {
        long length = (long)frame.Width * frame.Height * channels;
        return length <= Array.MaxLength
            ? (int)length
            : throw new ArgumentException(Text($"An image of {width}x{height} would become {length} elements, more than an array holds. Set a crop."));
    }

    private void Resample(in PixelSource source, in Frame frame, Span<byte> destination)
    {
        if (frame.ResizedWidth == source.Width && frame.ResizedHeight == source.Height)
        {
            for (int y = 0; y < frame.Height; y++)
            {
                source.CopyRow(frame.Y + y, frame.X, destination.Slice(y * frame.Width * source.Channels, frame.Width * source.Channels));
            }
        }
        else if (Options.Library == ResizeLibrary.Pillow)
        {
            PillowResampler.Resample(source, frame, Options.Interpolation, destination);
        }
        else
        {
            OpenCvResampler.Resample(source, frame, Options.Interpolation, destination);
        }
    }

    /// <summary>Colour order, value range and layout.</summary>
    private void Emit<T>(ReadOnlySpan<byte> pixels, int sourceChannels, Span<T> destination, T[] table)
    {
        int count = pixels.Length / sourceChannels;
        bool first = Options.Layout == ImageLayout.ChannelsFirst;
        if (Options.Color == ColorOrder.Gray)
        {
            for (int i = 0; i < count; i++)
            {
                destination[i] = table[sourceChannels == 1 ? pixels[i] : Gray(pixels[i * 3], pixels[(i * 3) + 1], pixels[(i * 3) + 2])];
            }

            return;
        }

        for (int channel = 0; channel < 3; channel++)
        {
            int from = sourceChannels == 1 ? 0 : Options.Color == ColorOrder.Rgb ? channel : 2 - channel;
            ReadOnlySpan<T> values = table.AsSpan(channel * 256, 256);
            int to = first ? channel * count : channel;
            int step = first ? 1 : 3;
            for (int i = 0; i < count; i++, from += sourceChannels, to += step)
            {
                destination[to] = values[pixels[from]];
            }
        }
    }

    /// <summary>BT.601 luminance in fixed point: 16 fractional bits in Pillow, 15 in OpenCV.</summary>
    private int Gray(int red, int green, int blue) => Options.Library == ResizeLibrary.Pillow
        ? ((red * 19595) + (green * 38470) + (blue * 7471) + 0x8000) >> 16
        : ((red * 9798) + (green * 19235) + (blue * 3735) + 0x4000) >> 15;

    private Frame GetFrame(int width, int height)
    {
        if (width <= 0 || height <= 0)
        {
            throw new ArgumentException(Text($"An image of {width}x{height} has no pixels."));
        }

        (long resizedWidth, long resizedHeight) = Options.Resize switch
        {
            ImageResize.Exact => ((long)Options.ResizeWidth, (long)Options.ResizeHeight),
            ImageResize.Shortest when width <= height => (Options.ResizeWidth, (long)Options.ResizeWidth * height / width),
            ImageResize.Shortest => ((long)Options.ResizeWidth * width / height, Options.ResizeWidth),
            _ => (width, height),
        };
        if (resizedWidth > int.MaxValue || resizedHeight > int.MaxValue)
        {
            throw new ArgumentException(Text($"An image of {width}x{height} is too narrow to resize: it would become {resizedWidth}x{resizedHeight}."));
        }

        int cropWidth = Options.CropWidth == 0 ? (int)resizedWidth : Options.CropWidth;
        int cropHeight = Options.CropHeight == 0 ? (int)resizedHeight : Options.CropHeight;
        if (cropWidth > resizedWidth || cropHeight > resizedHeight)
        {
            throw new ArgumentException(Text($"A crop of {cropWidth}x{cropHeight} does not fit into an image of {resizedWidth}x{resizedHeight}."));
        }

        if ((Options.TensorWidth != 0 && Options.TensorWidth != cropWidth) || (Options.TensorHeight != 0 && Options.TensorHeight != cropHeight))
        {
            throw new ArgumentException(
                Text($"The model takes images of {Options.TensorWidth}x{Options.TensorHeight}; an image of {width}x{height} becomes {cropWidth}x{cropHeight}."));
        }

        return new Frame((int)resizedWidth, (int)resizedHeight, Offset((int)resizedWidth - cropWidth), Offset((int)resizedHeight - cropHeight), cropWidth, cropHeight);
    }

    /// <summary>Where a centre crop starts: half rounds to even with Pillow (torchvision's rule), down with OpenCV.</summary>
    private int Offset(int margin) => Options.Library == ResizeLibrary.Pillow ? (int)Math.Round(margin / 2.0, MidpointRounding.ToEven) : margin / 2;

    private static void Check(ImagePreprocessorOptions o, int channels, string parameter)
    {
        Require(o.Resize is ImageResize.None || o.ResizeWidth > 0, "ResizeWidth must be positive.");
        Require(o.Resize is not ImageResize.Exact || o.ResizeHeight > 0, "ResizeHeight must be positive.");
        Require(o.CropWidth >= 0 && o.CropHeight >= 0, "A crop can't be negative.");
        Require((o.CropWidth == 0) == (o.CropHeight == 0), "CropWidth and CropHeight go together.");
        Require(o.TensorWidth >= 0 && o.TensorHeight >= 0, "A tensor's size can't be negative.");
        Require(double.IsFinite(o.Scale), "Scale must be finite.");
        Require(o.Mean.Count == 0 || o.Mean.Count == channels, $"Mean needs {channels} values.");
        Require(o.Std.Count == 0 || o.Std.Count == channels, $"Std needs {channels} values.");
        Require(o.Mean.All(double.IsFinite), "Mean must be finite.");
        Require(o.Std.All(s => double.IsFinite(s) && s != 0), "Std must be finite and not zero.");
        Require(Enum.IsDefined(o.Resize) && Enum.IsDefined(o.Interpolation) && Enum.IsDefined(o.Library) && Enum.IsDefined(o.Color) && Enum.IsDefined(o.Layout), "An option has an undefined value.");

        void Require(bool condition, string message)
        {
            if (!condition)
            {
                throw new ArgumentException(message, parameter);
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
