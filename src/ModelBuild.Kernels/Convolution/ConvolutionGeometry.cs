using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Sizes of a convolution over two dimensions, and which input pixel each output pixel reads at each tap.</summary>
internal readonly record struct ConvolutionGeometry(
    int Height, int Width, int OutHeight, int OutWidth, int KernelHeight, int KernelWidth, int StrideHeight, int StrideWidth, int PadTop, int PadLeft,
    int DilationHeight, int DilationWidth)
{
    /// <summary>Entries that a row of the table has beyond its pixels: the widest tile.</summary>
    public const int RowTail = 16;

    /// <summary>Positions of the filter.</summary>
    public int Taps => KernelHeight * KernelWidth;

    /// <summary>Pixels of the output.</summary>
    public long OutPixels => (long)OutHeight * OutWidth;

    /// <summary>Whether each output pixel reads just the input pixel at its own place.</summary>
    public bool IsPointwise => Taps == 1 && StrideHeight == 1 && StrideWidth == 1 && PadTop == 0 && PadLeft == 0 && OutHeight == Height && OutWidth == Width;

    /// <summary>
    /// Writes, for each tap, the index of the input pixel that the output pixels <paramref name="first"/> to <paramref name="first"/> +
    /// <paramref name="count"/> - 1 (row-major) read, or -1 in the padding; and -1 for <see cref="RowTail"/> pixels more.
    /// </summary>
    /// <param name="first">First output pixel.</param>
    /// <param name="count">Output pixels.</param>
    /// <param name="table">Receives <see cref="Taps"/> rows of <paramref name="stride"/> entries.</param>
    /// <param name="stride">Entries of a row: at least <paramref name="count"/> + <see cref="RowTail"/>.</param>
    public unsafe void FillPixels(long first, int count, int* table, long stride)
    {
        int firstRow = (int)(first / OutWidth), firstColumn = (int)(first % OutWidth);
        for (int ky = 0; ky < KernelHeight; ky++)
        {
            for (int kx = 0; kx < KernelWidth; kx++, table += stride)
            {
                // The columns whose input lies inside, from the first that does.
                long shift = (long)kx * DilationWidth - PadLeft;
                long inside = shift >= 0 ? 0 : Math.Min(OutWidth, (-shift + StrideWidth - 1) / StrideWidth);
                long outside = Width - 1 - shift < 0 ? 0 : Math.Min(OutWidth, (Width - 1 - shift) / StrideWidth + 1);
                int row = firstRow, column = firstColumn, done = 0;
                while (done < count)
                {
                    int length = Math.Min(OutWidth - column, count - done);
                    long y = (long)row * StrideHeight - PadTop + (long)ky * DilationHeight;
                    if (y < 0 || y >= Height || inside >= outside)
                    {
                        new Span<int>(table + done, length).Fill(-1);
                    }
                    else
                    {
                        int before = (int)Math.Clamp(inside - column, 0, length);
                        int within = (int)Math.Clamp(outside - column, before, length);
                        new Span<int>(table + done, before).Fill(-1);
                        Sequence(table + done + before, within - before, (int)(y * Width + (long)(column + before) * StrideWidth + shift), StrideWidth);
                        new Span<int>(table + done + within, length - within).Fill(-1);
                    }

                    done += length;
                    row++;
                    column = 0;
                }

                new Span<int>(table + count, RowTail).Fill(-1);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Sequence(int* destination, int count, int start, int step)
    {
        int i = 0;
        if (count >= Vector<int>.Count)
        {
            Vector<int> value = Vector.CreateSequence(start, step);
            var increment = new Vector<int>(step * Vector<int>.Count);
            for (; i <= count - Vector<int>.Count; i += Vector<int>.Count, value += increment)
            {
                Unsafe.WriteUnaligned(destination + i, value);
            }
        }

        for (; i < count; i++)
        {
            destination[i] = start + i * step;
        }
    }
}
