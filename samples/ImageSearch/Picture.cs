using ModelBuild.Images;
using SkiaSharp;

namespace ImageSearch;

/// <summary>A decoded picture.</summary>
internal sealed class Picture : IDisposable
{
    private readonly SKBitmap _bitmap;

    private Picture(SKBitmap bitmap) => _bitmap = bitmap;

    /// <summary>What <see cref="Pixels"/> is.</summary>
    public const PixelFormat Format = PixelFormat.Rgba32;

    public ReadOnlySpan<byte> Pixels => _bitmap.GetPixelSpan();

    public int Width => _bitmap.Width;

    public int Height => _bitmap.Height;

    public int Stride => _bitmap.RowBytes;

    public static bool IsPicture(string file) => Path.GetExtension(file).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png";

    /// <exception cref="InvalidDataException">The file is no picture.</exception>
    public static Picture Load(string file)
    {
        using SKCodec codec = SKCodec.Create(file) ?? throw new InvalidDataException($"{file} can't be decoded.");
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var bitmap = new SKBitmap(info);
        if (codec.GetPixels(info, bitmap.GetPixels()) is SKCodecResult.Success or SKCodecResult.IncompleteInput)
        {
            return new Picture(bitmap);
        }

        bitmap.Dispose();
        throw new InvalidDataException($"{file} can't be decoded.");
    }

    public void Dispose() => _bitmap.Dispose();
}
