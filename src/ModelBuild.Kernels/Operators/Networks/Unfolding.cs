using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>Lays out windows as columns of a matrix, and adds such columns back.</summary>
internal static unsafe class Unfolding
{
    /// <summary>Elements of a column matrix that an operator makes at once, so that memory stays bounded and the columns in the cache.</summary>
    public const long ChunkElements = 1 << 17;

    /// <summary>How many windows to unfold at once.</summary>
    /// <param name="depth">Rows of the column matrix.</param>
    /// <param name="windows">All windows.</param>
    public static long Chunk(long depth, long windows) => Math.Clamp(ChunkElements / Math.Max(1, depth), Math.Min(64, Math.Max(1, windows)), Math.Max(1, windows));

    /// <summary>Writes a matrix with one row per channel and tap and one column per window; zeros outside the input.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="row">Memory for one number per axis.</param>
    /// <param name="x">The channels.</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="first">First window.</param>
    /// <param name="end">After the last window.</param>
    /// <param name="columns">The matrix, <c>end - first</c> columns.</param>
    public static void Unfold<T>(SpatialWindows windows, Span<long> row, T* x, long channels, long first, long end, T* columns)
        where T : unmanaged, INumber<T>
    {
        long width = end - first;
        long plane = windows.InputLength;
        for (long channel = 0; channel < channels; channel++, x += plane)
        {
            do
            {
                Fill(columns, width, T.Zero);
                var segments = new TapSegments(windows, row, first, end);
                while (segments.Next())
                {
                    T* source = x + segments.Input;
                    T* target = columns + (segments.Output - first);
                    long step = segments.Step;
                    if (step == 1)
                    {
                        Buffer.MemoryCopy(source, target, segments.Count * sizeof(T), segments.Count * sizeof(T));
                        continue;
                    }

                    for (long i = 0; i < segments.Count; i++)
                    {
                        target[i] = source[i * step];
                    }
                }

                columns += width;
            }
            while (windows.NextTap());
        }
    }

    /// <summary>Adds a matrix with one row per channel and tap and one column per window to the elements that the windows cover.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="row">Memory for one number per axis.</param>
    /// <param name="columns">The matrix, <c>end - first</c> columns.</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="first">First window.</param>
    /// <param name="end">After the last window.</param>
    /// <param name="x">The channels.</param>
    public static void Fold<T>(SpatialWindows windows, Span<long> row, T* columns, long channels, long first, long end, T* x)
        where T : unmanaged, INumber<T>
    {
        long width = end - first;
        long plane = windows.InputLength;
        for (long channel = 0; channel < channels; channel++, x += plane)
        {
            do
            {
                var segments = new TapSegments(windows, row, first, end);
                while (segments.Next())
                {
                    T* target = x + segments.Input;
                    T* source = columns + (segments.Output - first);
                    long step = segments.Step;
                    for (long i = 0; i < segments.Count; i++)
                    {
                        target[i * step] += source[i];
                    }
                }

                columns += width;
            }
            while (windows.NextTap());
        }
    }

    /// <summary>Sets elements to one value.</summary>
    public static void Fill<T>(T* target, long length, T value)
        where T : unmanaged
    {
        for (long done = 0; done < length;)
        {
            int part = (int)Math.Min(length - done, 1 << 30);
            new Span<T>(target + done, part).Fill(value);
            done += part;
        }
    }
}
