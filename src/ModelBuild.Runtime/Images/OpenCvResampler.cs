using System.Buffers;

namespace ModelBuild.Images;

/// <summary>
/// OpenCV's <c>cv::resize</c> for 8-bit channels. Pixel centres lie at half positions; weights are floats rounded to 11
/// fractional bits; the vertical pass of <c>INTER_LINEAR</c> drops 4 bits of each row first. <c>INTER_LINEAR</c> at exactly half the size is
/// <c>INTER_AREA</c>, and <c>INTER_AREA</c> that does not shrink both axes is linear with its own weights.
/// </summary>
internal static class OpenCvResampler
{
    private const int FractionBits = 11;
    private const int One = 1 << FractionBits;

    public static void Resample(in PixelSource source, in Frame frame, Interpolation interpolation, Span<byte> destination)
    {
        if (interpolation == Interpolation.Nearest)
        {
            NearestIndex.Fill(
                source, frame, destination,
                static (resized, size, offset, indices) =>
                {
                    double step = Step(size, resized);
                    for (int i = 0; i < indices.Length; i++)
                    {
                        indices[i] = Math.Min((int)Math.Floor((offset + i) * step), size - 1);
                    }
                });
            return;
        }

        double stepX = Step(source.Width, frame.ResizedWidth);
        double stepY = Step(source.Height, frame.ResizedHeight);
        bool halved = interpolation == Interpolation.Bilinear && OpenCvArea.IsWhole(stepX, 2) && OpenCvArea.IsWhole(stepY, 2);
        if (halved || (interpolation == Interpolation.Area && stepX >= 1 && stepY >= 1))
        {
            OpenCvArea.Resample(source, frame, stepX, stepY, destination);
            return;
        }

        using Taps columns = BuildTaps(source.Width, frame.ResizedWidth, frame.X, frame.Width, interpolation, clampFraction: true);
        using Taps rows = BuildTaps(source.Height, frame.ResizedHeight, frame.Y, frame.Height, interpolation, clampFraction: false);
        Convolve(source, frame, columns, rows, interpolation is Interpolation.Bilinear or Interpolation.Area, destination);
    }

    /// <summary>Source pixels per new pixel, with the rounding of OpenCV's two divisions.</summary>
    private static double Step(int sourceSize, int resizedSize) => 1 / ((double)resizedSize / sourceSize);

    /// <summary>
    /// Taps that reach over an edge repeat the edge pixel, so every position has all of its taps: <c>Start</c> may be negative here.
    /// </summary>
    private static Taps BuildTaps(int sourceSize, int resizedSize, int offset, int length, Interpolation interpolation, bool clampFraction)
    {
        int count = interpolation switch { Interpolation.Bicubic => 4, Interpolation.Lanczos => 8, _ => 2 };
        double step = Step(sourceSize, resizedSize);
        double inverse = (double)resizedSize / sourceSize;
        var taps = new Taps(length, count);
        Span<float> weights = stackalloc float[8];
        for (int i = 0; i < length; i++)
        {
            int at = offset + i;
            int start;
            float fraction;
            if (interpolation == Interpolation.Area)
            {
                start = (int)Math.Floor(at * step);
                fraction = (float)((at + 1) - ((start + 1) * inverse));
                fraction = fraction <= 0 ? 0 : fraction - MathF.Floor(fraction);
            }
            else
            {
                float center = (float)(((at + 0.5) * step) - 0.5);
                start = (int)MathF.Floor(center);
                fraction = center - start;
            }

            if (clampFraction && count == 2 && (start < 0 || start >= sourceSize - 1))
            {
                start = start < 0 ? 0 : sourceSize - 1;
                fraction = 0;
            }

            FillWeights(fraction, weights[..count]);
            Span<int> rounded = taps.Set(i, start - (count / 2) + 1, count);
            for (int k = 0; k < count; k++)
            {
                rounded[k] = (int)Math.Clamp(MathF.Round(weights[k] * One), short.MinValue, short.MaxValue);
            }
        }

        return taps;
    }

    private static void FillWeights(float fraction, Span<float> weights)
    {
        if (weights.Length == 2)
        {
            weights[0] = 1 - fraction;
            weights[1] = fraction;
        }
        else if (weights.Length == 4)
        {
            const float A = -0.75f;
            weights[0] = ((((A * (fraction + 1)) - (5 * A)) * (fraction + 1)) + (8 * A)) * (fraction + 1) - (4 * A);
            weights[1] = ((((A + 2) * fraction) - (A + 3)) * fraction * fraction) + 1;
            weights[2] = ((((A + 2) * (1 - fraction)) - (A + 3)) * (1 - fraction) * (1 - fraction)) + 1;
            weights[3] = 1 - weights[0] - weights[1] - weights[2];
        }
        else
        {
            Lanczos(fraction, weights);
        }
    }

    /// <summary><c>sinc(d) sinc(d / 4)</c> at the distances of 8 taps, normalised to a sum of 1.</summary>
    private static void Lanczos(float fraction, Span<float> weights)
    {
        float sum = 0;
        for (int k = 0; k < 8; k++)
        {
            double distance = (fraction + 3 - k) * Math.PI;
            weights[k] = Math.Abs(distance) < 1e-6 ? 1 : (float)(Math.Sin(distance) * Math.Sin(distance / 4) * 4 / (distance * distance));
            sum += weights[k];
        }

        for (int k = 0; k < 8; k++)
        {
            weights[k] /= sum;
        }
    }

    private static void Convolve(in PixelSource source, in Frame frame, in Taps columns, in Taps rows, bool linear, Span<byte> destination)
    {
        int channels = source.Channels;
        int rowLength = frame.Width * channels;
        int lineLength = checked(source.Width * channels);
        int kept = rows.Maximum;
        byte[] line = ArrayPool<byte>.Shared.Rent(lineLength);
        int[] buffer = ArrayPool<int>.Shared.Rent(checked(kept * rowLength));
        Span<int> held = stackalloc int[8];
        held.Fill(-1);
        try
        {
            for (int y = 0; y < rows.Length; y++)
            {
                // Source row r stands in slot r % kept: the taps of one position are distinct modulo their number.
                for (int k = 0; k < kept; k++)
                {
                    int row = Math.Clamp(rows.Start(y) + k, 0, source.Height - 1);
                    int slot = row % kept;
                    if (held[slot] != row)
                    {
                        Span<byte> pixels = line.AsSpan(0, lineLength);
                        source.CopyRow(row, 0, pixels);
                        Horizontal(pixels, columns, source.Width, channels, buffer.AsSpan(slot * rowLength, rowLength));
                        held[slot] = row;
                    }
                }

                Vertical(buffer, rows, y, source.Height, rowLength, linear, destination.Slice(y * rowLength, rowLength));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(line);
            ArrayPool<int>.Shared.Return(buffer);
        }
    }

    private static void Horizontal(ReadOnlySpan<byte> row, in Taps columns, int width, int channels, Span<int> destination)
    {
        for (int x = 0, at = 0; x < columns.Length; x++)
        {
            ReadOnlySpan<int> weights = columns.Weights(x);
            int start = columns.Start(x);
            for (int c = 0; c < channels; c++)
            {
                int sum = 0;
                for (int k = 0; k < weights.Length; k++)
                {
                    sum += row[(Math.Clamp(start + k, 0, width - 1) * channels) + c] * weights[k];
                }

                destination[at++] = sum;
            }
        }
    }

    private static void Vertical(ReadOnlySpan<int> buffer, in Taps rows, int y, int height, int rowLength, bool linear, Span<byte> destination)
    {
        int kept = rows.Maximum;
        ReadOnlySpan<int> weights = rows.Weights(y);
        Span<int> offsets = stackalloc int[8];
        for (int k = 0; k < kept; k++)
        {
            offsets[k] = Math.Clamp(rows.Start(y) + k, 0, height - 1) % kept * rowLength;
        }

        if (linear)
        {
            ReadOnlySpan<int> upper = buffer.Slice(offsets[0], rowLength);
            ReadOnlySpan<int> lower = buffer.Slice(offsets[1], rowLength);
            for (int x = 0; x < destination.Length; x++)
            {
                int sum = ((weights[0] * (upper[x] >> 4)) >> 16) + ((weights[1] * (lower[x] >> 4)) >> 16) + 2;
                destination[x] = (byte)(sum >> 2);
            }

            return;
        }

        for (int x = 0; x < destination.Length; x++)
        {
            int sum = 1 << ((2 * FractionBits) - 1);
            for (int k = 0; k < kept; k++)
            {
                sum += buffer[offsets[k] + x] * weights[k];
            }

            destination[x] = (byte)Math.Clamp(sum >> (2 * FractionBits), 0, 255);
        }
    }
}
