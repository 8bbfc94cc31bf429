using System.Buffers;

namespace ModelBuild.Images;

/// <summary>Resampling that copies single pixels.</summary>
internal static class NearestIndex
{
    /// <summary>Says which source position each new one copies.</summary>
    /// <param name="resizedSize">Size after resizing.</param>
    /// <param name="sourceSize">Size before.</param>
    /// <param name="offset">First new position that is wanted.</param>
    /// <param name="indices">Receives the source positions.</param>
    public delegate void Rule(int resizedSize, int sourceSize, int offset, Span<int> indices);

    /// <summary>Copies the pixels that the rule names.</summary>
    public static void Fill(in PixelSource source, in Frame frame, Span<byte> destination, Rule rule)
    {
        int channels = source.Channels;
        int[] indices = ArrayPool<int>.Shared.Rent(frame.Width + frame.Height);
        Span<int> columns = indices.AsSpan(0, frame.Width);
        Span<int> rows = indices.AsSpan(frame.Width, frame.Height);
        rule(frame.ResizedWidth, source.Width, frame.X, columns);
        rule(frame.ResizedHeight, source.Height, frame.Y, rows);
        int left = columns[0];
        byte[] line = ArrayPool<byte>.Shared.Rent((columns[^1] - left + 1) * channels);
        Span<byte> row = line.AsSpan(0, (columns[^1] - left + 1) * channels);
        for (int y = 0; y < rows.Length; y++)
        {
            source.CopyRow(rows[y], left, row);
            Span<byte> to = destination.Slice(y * frame.Width * channels, frame.Width * channels);
            for (int x = 0, at = 0; x < columns.Length; x++)
            {
                int from = (columns[x] - left) * channels;
                for (int c = 0; c < channels; c++)
                {
                    to[at++] = row[from + c];
                }
            }
        }

        ArrayPool<byte>.Shared.Return(line);
        ArrayPool<int>.Shared.Return(indices);
    }
}
