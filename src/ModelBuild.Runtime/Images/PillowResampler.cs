using System.Buffers;
using System.Numerics;

namespace ModelBuild.Images;

/// <summary>
/// Pillow's <c>Image.resize</c> for 8-bit channels: a horizontal and a vertical convolution whose filter widens by the
/// shrinking factor, weights normalised in double and rounded to 22 fractional bits, result rounded to 8 bits after each pass.
/// A pass that would not change the size is left out. <see cref="Interpolation.Nearest"/> takes the pixel under the centre.
/// </summary>
internal static class PillowResampler
{
    private const int FractionBits = 22;
    private const int Half = 1 << (FractionBits - 1);

    public static void Resample(in PixelSource source, in Frame frame, Interpolation interpolation, Span<byte> destination)
    {
        if (interpolation == Interpolation.Nearest)
        {
            Nearest(source, frame, destination);
            return;
        }

        using Taps columns = BuildTaps(source.Width, frame.ResizedWidth, frame.X, frame.Width, interpolation);
        using Taps rows = BuildTaps(source.Height, frame.ResizedHeight, frame.Y, frame.Height, interpolation);
        int first = rows.First;
        int end = rows.End;
        int rowLength = frame.Width * source.Channels;
        if ((long)(end - first) * rowLength > Array.MaxLength || (long)source.Width * source.Channels > Array.MaxLength)
        {
            throw new ArgumentException("The image is too large to resize at once.");
        }

        byte[] line = ArrayPool<byte>.Shared.Rent(source.Width * source.Channels);
        byte[] narrowed = ArrayPool<byte>.Shared.Rent((end - first) * rowLength);
        try
        {
            for (int y = first; y < end; y++)
            {
                Span<byte> narrowedRow = narrowed.AsSpan((y - first) * rowLength, rowLength);
                if (frame.ResizedWidth == source.Width)
                {
                    source.CopyRow(y, frame.X, narrowedRow);
                    continue;
                }

                Span<byte> row = line.AsSpan(0, source.Width * source.Channels);
                source.CopyRow(y, 0, row);
                if (source.Channels == 1)
                {
                    HorizontalGray(row, columns, narrowedRow);
                }
                else
                {
                    HorizontalColor(row, columns, narrowedRow);
                }
            }

            if (frame.ResizedHeight == source.Height)
            {
                narrowed.AsSpan(0, destination.Length).CopyTo(destination);
            }
            else
            {
                Vertical(narrowed, rows, first, rowLength, destination);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(line);
            ArrayPool<byte>.Shared.Return(narrowed);
        }
    }

    private static Taps BuildTaps(int sourceSize, int resizedSize, int offset, int length, Interpolation interpolation)
    {
        if (sourceSize == resizedSize)
        {
            var same = new Taps(length, 1);
            for (int i = 0; i < length; i++)
            {
                same.Set(i, offset + i, 1)[0] = 1 << FractionBits;
            }

            return same;
        }

        double scale = (double)sourceSize / resizedSize;
        double widening = Math.Max(scale, 1);
        double support = interpolation switch { Interpolation.Area => 0.5, Interpolation.Bilinear => 1, Interpolation.Bicubic => 2, _ => 3 } * widening;
        int maximum = (int)Math.Min((Math.Ceiling(support) * 2) + 1, sourceSize);
        var taps = new Taps(length, maximum);
        double[] weights = ArrayPool<double>.Shared.Rent(maximum);
        for (int i = 0; i < length; i++)
        {
            double center = (offset + i + 0.5) * scale;
            int start = Math.Max((int)(center - support + 0.5), 0);
            int count = Math.Min((int)(center + support + 0.5), sourceSize) - start;
            double sum = 0;
            for (int k = 0; k < count; k++)
            {
                weights[k] = Filter((k + start - center + 0.5) * (1 / widening), interpolation);
                sum += weights[k];
            }

            Span<int> rounded = taps.Set(i, start, count);
            for (int k = 0; k < count; k++)
            {
                double weight = sum == 0 ? weights[k] : weights[k] / sum;
                rounded[k] = (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << FractionBits)));
            }
        }

        ArrayPool<double>.Shared.Return(weights);
        return taps;
    }

    private static double Filter(double x, Interpolation interpolation)
    {
        if (interpolation == Interpolation.Area)
        {
            return x is > -0.5 and <= 0.5 ? 1 : 0;
        }

        if (interpolation == Interpolation.Lanczos)
        {
            return x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0;
        }

        x = Math.Abs(x);
        if (interpolation == Interpolation.Bilinear)
        {
            return x < 1 ? 1 - x : 0;
        }

        const double A = -0.5;
        return x < 1 ? ((((A + 2) * x) - (A + 3)) * x * x) + 1
            : x < 2 ? ((((x - 5) * x) + 8) * x - 4) * A
            : 0;
    }

    private static double Sinc(double x)
    {
        if (x == 0)
        {
            return 1;
        }

        x *= Math.PI;
        return Math.Sin(x) / x;
    }

    private static void HorizontalGray(ReadOnlySpan<byte> row, in Taps columns, Span<byte> destination)
    {
        for (int x = 0; x < destination.Length; x++)
        {
            ReadOnlySpan<int> weights = columns.Weights(x);
            ReadOnlySpan<byte> pixels = row.Slice(columns.Start(x), weights.Length);
            int sum = Half;
            for (int k = 0; k < weights.Length; k++)
            {
                sum += pixels[k] * weights[k];
            }

            destination[x] = Clip(sum);
        }
    }

    private static void HorizontalColor(ReadOnlySpan<byte> row, in Taps columns, Span<byte> destination)
    {
        for (int x = 0; x < columns.Length; x++)
        {
            ReadOnlySpan<int> weights = columns.Weights(x);
            ReadOnlySpan<byte> pixels = row.Slice(columns.Start(x) * 3, weights.Length * 3);
            int red = Half;
            int green = Half;
            int blue = Half;
            for (int k = 0, at = 0; k < weights.Length && at + 2 < pixels.Length; k++, at += 3)
            {
                int weight = weights[k];
                red += pixels[at] * weight;
                green += pixels[at + 1] * weight;
                blue += pixels[at + 2] * weight;
            }

            destination[x * 3] = Clip(red);
            destination[(x * 3) + 1] = Clip(green);
            destination[(x * 3) + 2] = Clip(blue);
        }
    }

    private static void Vertical(ReadOnlySpan<byte> narrowed, in Taps rows, int first, int rowLength, Span<byte> destination)
    {
        int[] sums = ArrayPool<int>.Shared.Rent(rowLength);
        Span<int> sum = sums.AsSpan(0, rowLength);
        for (int y = 0; y < rows.Length; y++)
        {
            sum.Fill(Half);
            ReadOnlySpan<int> weights = rows.Weights(y);
            for (int k = 0; k < weights.Length; k++)
            {
                MultiplyAdd(narrowed.Slice((rows.Start(y) + k - first) * rowLength, rowLength), weights[k], sum);
            }

            Span<byte> row = destination.Slice(y * rowLength, rowLength);
            for (int x = 0; x < row.Length; x++)
            {
                row[x] = Clip(sum[x]);
            }
        }

        ArrayPool<int>.Shared.Return(sums);
    }

    /// <summary><c>sum[i] += pixels[i] * weight</c>.</summary>
    private static void MultiplyAdd(ReadOnlySpan<byte> pixels, int weight, Span<int> sum)
    {
        int x = 0;
        var factor = new Vector<int>(weight);
        for (; x + Vector<byte>.Count <= pixels.Length; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(pixels[x..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> v0, out Vector<uint> v1);
            Vector.Widen(high, out Vector<uint> v2, out Vector<uint> v3);
            Add(sum[x..], v0);
            Add(sum[(x + Vector<int>.Count)..], v1);
            Add(sum[(x + (2 * Vector<int>.Count))..], v2);
            Add(sum[(x + (3 * Vector<int>.Count))..], v3);
        }

        for (; x < pixels.Length; x++)
        {
            sum[x] += pixels[x] * weight;
        }

        void Add(Span<int> to, Vector<uint> values) => (new Vector<int>(to) + (Vector.AsVectorInt32(values) * factor)).CopyTo(to);
    }

    /// <summary>Rounds to 8 bits; what lies outside 0..255 saturates.</summary>
    private static byte Clip(int value) => (byte)Math.Clamp(value >> FractionBits, 0, 255);

    /// <summary>The source coordinate is summed up step by step, as Pillow does: the rounding of that sum decides ties.</summary>
    private static void Nearest(in PixelSource source, in Frame frame, Span<byte> destination)
    {
        NearestIndex.Fill(
            source, frame, destination,
            static (resized, size, offset, indices) =>
            {
                double step = (double)size / resized;
                double at = step * 0.5;
                for (int i = 0; i < offset + indices.Length; i++, at += step)
                {
                    if (i >= offset)
                    {
                        indices[i - offset] = Math.Min((int)at, size - 1);
                    }
                }
            });
    }
}
