namespace ModelBuild.Kernels;

/// <summary>ONNX's ImageDecoder.</summary>
public static unsafe class ImageDecoding
{
    /// <summary>Decodes a picture: BMP, JPEG, PNG, PNM or TIFF.</summary>
    /// <param name="encodedStream">The file's bytes.</param>
    /// <param name="image">Bytes, [height, width, channels].</param>
    /// <param name="pixelFormat">"RGB", "BGR" or "Grayscale" (<c>0.299 R + 0.587 G + 0.114 B</c>).</param>
    /// <exception cref="KernelException">The file is damaged, or in a form that is not decoded: JPEG 2000 and WebP, arithmetic or lossless JPEG.</exception>
    public static void ImageDecoder(TensorValue encodedStream, [Output] TensorValue image, string pixelFormat = "RGB")
    {
        if (encodedStream.ElementType != TensorElementType.UInt8)
        {
            throw new KernelException($"ImageDecoder needs bytes, not {encodedStream}.");
        }

        ReadOnlySpan<byte> data = encodedStream.Bytes;
        DecodedImage decoded =
            BmpDecoder.Recognizes(data) ? BmpDecoder.Decode(data)
            : PngDecoder.Recognizes(data) ? PngDecoder.Decode(data)
            : PnmDecoder.Recognizes(data) ? PnmDecoder.Decode(data)
            : TiffDecoder.Recognizes(data) ? TiffDecoder.Decode(data)
            : JpegDecoder.Recognizes(data) ? JpegDecoder.Decode(data)
            : throw new KernelException("The picture is in none of the formats BMP, JPEG, PNG, PNM and TIFF.");
        ReadOnlySpan<byte> pixels = decoded.Pixels;
        bool gray = pixelFormat == "Grayscale";
        image.Resize(TensorElementType.UInt8, decoded.Height, decoded.Width, gray ? 1 : 3);
        Span<byte> target = image.Span<byte>();
        switch (pixelFormat)
        {
            case "RGB":
                pixels.CopyTo(target);
                break;
            case "BGR":
                for (int i = 0; i < pixels.Length; i += 3)
                {
                    target[i] = pixels[i + 2];
                    target[i + 1] = pixels[i + 1];
                    target[i + 2] = pixels[i];
                }

                break;
            case "Grayscale":
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = (byte)(((pixels[3 * i] * 19595) + (pixels[(3 * i) + 1] * 38470) + (pixels[(3 * i) + 2] * 7471) + 0x8000) >> 16);
                }

                break;
            default:
                throw new KernelException($"ImageDecoder has no pixel_format '{pixelFormat}'.");
        }
    }
}
