using System.Buffers;

namespace ModelBuild.Images;

/// <summary>OpenCV's <c>INTER_AREA</c> for 8-bit channels when both axes shrink: whole factors sum integers, others weight the partly covered pixels in float.</summary>
internal static class OpenCvArea
{
    private const double MachineEpsilon = 2.2204460492503131e-16;

    /// <summary>Whether a step is a given whole number to the precision of OpenCV's own test.</summary>
    public static bool IsWhole(double step, int number) => Math.Abs(step - number) < MachineEpsilon;

    public static void Resample(in PixelSource source, in Frame frame, double stepX, double stepY, Span<byte> destination)
    {
        int wholeX = (int)Math.Round(stepX);
        int wholeY = (int)Math.Round(stepY);
        if (IsWhole(stepX, wholeX) && IsWhole(stepY, wholeY))
        {
            Whole(source, frame, wholeX, wholeY, destination);
        }
        else
        {
            Partial(source, frame, stepX, stepY, destination);
        }
    }

    /// <summary>2x2 rounds half up; every other size multiplies by the float reciprocal and rounds half to even.</summary>
    private static void Whole(in PixelSource source, in Frame frame, int stepX, int stepY, Span<byte> destination)
    {
        int channels = source.Channels;
        int rowLength = frame.Width * channels;
        int lineLength = checked(rowLength * stepX);
        float factor = 1f / (stepX * stepY);
        byte[] line = ArrayPool<byte>.Shared.Rent(lineLength);
        int[] sums = ArrayPool<int>.Shared.Rent(rowLength);
        for (int y = 0; y < frame.Height; y++)
        {
            Span<int> sum = sums.AsSpan(0, rowLength);
            sum.Clear();
            for (int k = 0; k < stepY; k++)
            {
                source.CopyRow(((frame.Y + y) * stepY) + k, frame.X * stepX, line.AsSpan(0, lineLength));
                for (int x = 0, from = 0; x < rowLength; x += channels)
                {
                    for (int j = 0; j < stepX; j++)
                    {
                        for (int c = 0; c < channels; c++)
                        {
                            sum[x + c] += line[from++];
                        }
                    }
                }
            }

            Span<byte> row = destination.Slice(y * rowLength, rowLength);
            for (int x = 0; x < rowLength; x++)
            {
                row[x] = stepX == 2 && stepY == 2 ? (byte)((sum[x] + 2) >> 2) : (byte)Math.Clamp(MathF.Round(sum[x] * factor), 0, 255);
            }
        }

        ArrayPool<byte>.Shared.Return(line);
        ArrayPool<int>.Shared.Return(sums);
    }

    private static void Partial(in PixelSource source, in Frame frame, double stepX, double stepY, Span<byte> destination)
    {
        int channels = source.Channels;
        int rowLength = frame.Width * channels;
        int lineLength = checked(source.Width * channels);
        int maximum = (int)Math.Min(Math.Ceiling(stepX) + 2, int.MaxValue);
        if ((long)maximum * frame.Width > Array.MaxLength)
        {
            throw new ArgumentException("The image is too large to resize at once.");
        }

        // Column weights are reused by every row; a row's weights are used once.
        float[] columnWeights = ArrayPool<float>.Shared.Rent(maximum * frame.Width);
        int[] columns = ArrayPool<int>.Shared.Rent(frame.Width * 2);
        float[] buffer = ArrayPool<float>.Shared.Rent(rowLength * 2);
        byte[] line = ArrayPool<byte>.Shared.Rent(lineLength);
        try
        {
            for (int x = 0; x < frame.Width; x++)
            {
                var cell = new Cell(frame.X + x, source.Width, stepX);
                columns[x * 2] = cell.Start;
                columns[(x * 2) + 1] = cell.Count;
                for (int k = 0; k < cell.Count; k++)
                {
                    columnWeights[(x * maximum) + k] = cell.Weight(k);
                }
            }

            Span<float> narrowed = buffer.AsSpan(0, rowLength);
            Span<float> sum = buffer.AsSpan(rowLength, rowLength);
            for (int y = 0; y < frame.Height; y++)
            {
                sum.Clear();
                var cell = new Cell(frame.Y + y, source.Height, stepY);
                for (int j = 0; j < cell.Count; j++)
                {
                    source.CopyRow(cell.Start + j, 0, line.AsSpan(0, lineLength));
                    Narrow(line.AsSpan(0, lineLength), columns, columnWeights, maximum, channels, narrowed);
                    float weight = cell.Weight(j);
                    for (int x = 0; x < rowLength; x++)
                    {
                        sum[x] += weight * narrowed[x];
                    }
                }

                Span<byte> row = destination.Slice(y * rowLength, rowLength);
                for (int x = 0; x < rowLength; x++)
                {
                    row[x] = (byte)Math.Clamp(MathF.Round(sum[x]), 0, 255);
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(columnWeights);
            ArrayPool<int>.Shared.Return(columns);
            ArrayPool<float>.Shared.Return(buffer);
            ArrayPool<byte>.Shared.Return(line);
        }
    }

    private static void Narrow(ReadOnlySpan<byte> row, int[] columns, float[] weights, int maximum, int channels, Span<float> narrowed)
    {
        for (int x = 0; x * channels < narrowed.Length; x++)
        {
            int start = columns[x * 2];
            int count = columns[(x * 2) + 1];
            for (int c = 0; c < channels; c++)
            {
                float value = 0;
                for (int k = 0; k < count; k++)
                {
                    value += row[((start + k) * channels) + c] * weights[(x * maximum) + k];
                }

                narrowed[(x * channels) + c] = value;
            }
        }
    }

    /// <summary>What one new position covers: wholly covered source positions, and on either side one that is partly covered by more than 0.001.</summary>
    private readonly struct Cell
    {
        private readonly bool _partFirst;
        private readonly float _first;
        private readonly float _whole;
        private readonly float _last;
        private readonly int _wholes;

        public Cell(int index, int size, double step)
        {
            double from = index * step;
            double to = from + step;
            double width = Math.Min(step, size - from);
            int last = Math.Min((int)Math.Floor(to), size - 1);
            int first = Math.Min((int)Math.Ceiling(from), last);
            _partFirst = first - from > 1e-3;
            bool partLast = to - last > 1e-3;
            _first = (float)((first - from) / width);
            _whole = (float)(1 / width);
            _last = (float)(Math.Min(Math.Min(to - last, 1), width) / width);
            _wholes = last - first;
            Start = _partFirst ? first - 1 : first;
            Count = _wholes + (_partFirst ? 1 : 0) + (partLast ? 1 : 0);
        }

        public int Start { get; }

        public int Count { get; }

        public float Weight(int k)
        {
            if (_partFirst)
            {
                if (k == 0)
                {
                    return _first;
                }

                k--;
            }

            return k < _wholes ? _whole : _last;
        }
    }
}
