using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelBuild.Kernels;

/// <summary>
/// The layout in which matrix products read their second operand: panels of 16 columns; in a panel, for each k the 16 floats of its columns, one cache line.
/// The columns that the last panel lacks are zeros.
/// </summary>
public static unsafe class Packing
{
    /// <summary>Columns of a panel.</summary>
    public const int PanelColumns = GemmMicrokernels.PanelColumns;

    /// <summary>Floats that a packed matrix takes.</summary>
    /// <param name="k">Rows.</param>
    /// <param name="n">Columns.</param>
    /// <exception cref="OverflowException">More than 64 bits hold.</exception>
    public static long Length(long k, long n) => checked(Panels(n) * PanelColumns * k);

    /// <summary>Panels that some columns make.</summary>
    /// <param name="n">Columns.</param>
    public static long Panels(long n) => (n / PanelColumns) + (n % PanelColumns == 0 ? 0 : 1);

    /// <summary>Packs a matrix.</summary>
    /// <param name="b">Element at row r and column c is <c>b[r * rowStride + c * columnStride]</c>.</param>
    /// <param name="rowStride">Floats from row to row; 1 for a transposed matrix.</param>
    /// <param name="columnStride">Floats from column to column.</param>
    /// <param name="packed">Takes <see cref="Length"/> floats.</param>
    /// <param name="k">Rows.</param>
    /// <param name="n">Columns.</param>
    /// <param name="scale">What each element is multiplied by.</param>
    public static void Pack(float* b, long rowStride, long columnStride, float* packed, long k, long n, float scale = 1)
    {
        for (long column = 0; column < n; column += PanelColumns)
        {
            int columns = (int)Math.Min(PanelColumns, n - column);
            float* source = b + (column * columnStride);
            if (columns == PanelColumns && columnStride == 1)
            {
                CopyPanel(source, rowStride, packed, k);
            }
            else if (columns == PanelColumns && rowStride == 1)
            {
                TransposePanel(source, columnStride, packed, k);
            }
            else
            {
                GatherPanel(source, rowStride, columnStride, packed, k, columns);
            }

            if (scale != 1)
            {
                Scale(packed, PanelColumns * k, scale);
            }

            packed += PanelColumns * k;
        }
    }

    private static void CopyPanel(float* source, long rowStride, float* panel, long k)
    {
        for (long row = 0; row < k; row++)
        {
            Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + 4), c = Vector128.Load(source + 8), d = Vector128.Load(source + 12);
            a.Store(panel);
            b.Store(panel + 4);
            c.Store(panel + 8);
            d.Store(panel + 12);
            source += rowStride;
            panel += PanelColumns;
        }
    }

    private static void TransposePanel(float* source, long columnStride, float* panel, long k)
    {
        long row = 0;
        for (; row + 4 <= k; row += 4)
        {
            for (int column = 0; column < PanelColumns; column += 4)
            {
                float* s = source + (column * columnStride) + row;
                Transpose4x4(s, columnStride, panel + (row * PanelColumns) + column, PanelColumns);
            }
        }

        GatherPanel(source + row, 1, columnStride, panel + (row * PanelColumns), k - row, PanelColumns);
    }

    /// <summary>Transposes 4 rows of 4 floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Transpose4x4(float* source, long sourceStride, float* destination, long destinationStride)
    {
        Vector128<float> a = Vector128.Load(source);
        Vector128<float> b = Vector128.Load(source + sourceStride);
        Vector128<float> c = Vector128.Load(source + (2 * sourceStride));
        Vector128<float> d = Vector128.Load(source + (3 * sourceStride));
        Vector128<float> ab = Vector128.Create(a.GetLower(), b.GetLower());
        Vector128<float> cd = Vector128.Create(c.GetLower(), d.GetLower());
        Vector128<float> abHigh = Vector128.Create(a.GetUpper(), b.GetUpper());
        Vector128<float> cdHigh = Vector128.Create(c.GetUpper(), d.GetUpper());
        Zip(ab, cd).Store(destination);
        ZipOdd(ab, cd).Store(destination + destinationStride);
        Zip(abHigh, cdHigh).Store(destination + (2 * destinationStride));
        ZipOdd(abHigh, cdHigh).Store(destination + (3 * destinationStride));

        // (x0 x1 y0 y1) and (z0 z1 w0 w1) give (x0 y0 z0 w0), or the odd ones.
        static Vector128<float> Zip(Vector128<float> xy, Vector128<float> zw) =>
            Vector128.Create(Vector128.Shuffle(xy, Vector128.Create(0, 2, 0, 2)).GetLower(), Vector128.Shuffle(zw, Vector128.Create(0, 2, 0, 2)).GetLower());

        static Vector128<float> ZipOdd(Vector128<float> xy, Vector128<float> zw) =>
            Vector128.Create(Vector128.Shuffle(xy, Vector128.Create(1, 3, 1, 3)).GetLower(), Vector128.Shuffle(zw, Vector128.Create(1, 3, 1, 3)).GetLower());
    }

    private static void GatherPanel(float* source, long rowStride, long columnStride, float* panel, long k, int columns)
    {
        for (long row = 0; row < k; row++)
        {
            int column = 0;
            for (; column < columns; column++)
            {
                panel[column] = source[(row * rowStride) + (column * columnStride)];
            }

            for (; column < PanelColumns; column++)
            {
                panel[column] = 0;
            }

            panel += PanelColumns;
        }
    }

    private static void Scale(float* values, long count, float scale)
    {
        for (long i = 0; i < count; i += 4)
        {
            (Vector128.Load(values + i) * scale).Store(values + i);
        }
    }
}
