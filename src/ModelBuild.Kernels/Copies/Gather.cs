using System.Diagnostics.CodeAnalysis;

namespace ModelBuild.Kernels;

/// <summary>Rows of a table by their numbers, as an embedding needs them.</summary>
public static unsafe class Gather
{
    /// <summary>Copies rows whose numbers are 64-bit integers.</summary>
    /// <param name="x"><c>[outer, rows, rowBytes]</c>.</param>
    /// <param name="indices">Row numbers, negative ones from the end.</param>
    /// <param name="y"><c>[outer, count, rowBytes]</c>.</param>
    /// <param name="outer">How many tables.</param>
    /// <param name="rows">Rows of a table.</param>
    /// <param name="count">Row numbers.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <exception cref="KernelException">A table has no such row.</exception>
    public static void Rows(byte* x, long* indices, [Output] byte* y, long outer, long rows, long count, long rowBytes)
    {
        for (long o = 0; o < outer; o++)
        {
            byte* table = x + (o * rows * rowBytes);
            for (long i = 0; i < count; i++, y += rowBytes)
            {
                long row = indices[i];
                row = row < 0 ? row + rows : row;
                if ((ulong)row >= (ulong)rows)
                {
                    Throw(indices[i], rows);
                }

                Copy(table + (row * rowBytes), y, rowBytes);
            }
        }
    }

    /// <summary>The same as <see cref="Rows"/> with 32-bit row numbers.</summary>
    /// <param name="x"><c>[outer, rows, rowBytes]</c>.</param>
    /// <param name="indices">Row numbers, negative ones from the end.</param>
    /// <param name="y"><c>[outer, count, rowBytes]</c>.</param>
    /// <param name="outer">How many tables.</param>
    /// <param name="rows">Rows of a table.</param>
    /// <param name="count">Row numbers.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <exception cref="KernelException">A table has no such row.</exception>
    public static void Rows32(byte* x, int* indices, [Output] byte* y, long outer, long rows, long count, long rowBytes)
    {
        for (long o = 0; o < outer; o++)
        {
            byte* table = x + (o * rows * rowBytes);
            for (long i = 0; i < count; i++, y += rowBytes)
            {
                long row = indices[i];
                row = row < 0 ? row + rows : row;
                if ((ulong)row >= (ulong)rows)
                {
                    Throw(indices[i], rows);
                }

                Copy(table + (row * rowBytes), y, rowBytes);
            }
        }
    }

    private static void Copy(byte* from, byte* to, long bytes)
    {
        switch (bytes)
        {
            case 1:
                *to = *from;
                break;
            case 4:
                *(uint*)to = *(uint*)from;
                break;
            case 8:
                *(ulong*)to = *(ulong*)from;
                break;
            default:
                Buffer.MemoryCopy(from, to, bytes, bytes);
                break;
        }
    }

    [DoesNotReturn]
    private static void Throw(long index, long rows) => throw new KernelException($"Index {index} is outside a dimension of {rows}.");
}
