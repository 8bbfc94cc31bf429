using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>One part of a matrix product, or all of it: rows of A times packed panels, done by one thread.</summary>
internal unsafe struct GemmBlock
{
    // A tile of A, some rows of this many k, stays in the first-level cache while panels pass: long, since each block loads and stores the sums again.
    private const int KBlock = 640;

    // Panels that stay in the second-level cache while tiles of A pass.
    private const int GroupPanels = 6;

    // Rows of A that stay in the last-level cache, with their part of C, while groups of panels pass.
    private const int RowsInCache = 1200;

    /// <summary>First element; a row's elements are adjacent.</summary>
    public float* A;

    /// <summary>Floats from row to row of A.</summary>
    public long AStride;

    /// <summary>First panel.</summary>
    public float* Packed;

    /// <summary>How many k a panel has: <see cref="K"/>, or more that are not read.</summary>
    public long PanelRows;

    /// <summary>Where the result goes.</summary>
    public float* C;

    /// <summary>Floats from row to row of the result and of the residual.</summary>
    public long CStride;

    /// <summary>One float per column, or null.</summary>
    public float* Bias;

    /// <summary>What is added to the result, or null; it may be the result's memory.</summary>
    public float* Residual;

    /// <summary>Rows.</summary>
    public long M;

    /// <summary>Columns.</summary>
    public long N;

    /// <summary>Length of the sums.</summary>
    public long K;

    /// <summary>What is done last.</summary>
    public Epilogue Epilogue;

    /// <summary>A part of the columns and rows of this block.</summary>
    /// <param name="row">First row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="column">First column, a multiple of 16.</param>
    /// <param name="columns">How many columns.</param>
    public readonly GemmBlock Part(long row, long rows, long column, long columns)
    {
        GemmBlock part = this;
        part.A += row * AStride;
        part.Packed += column * PanelRows;
        part.C += (row * CStride) + column;
        part.Bias = Bias == null ? null : Bias + column;
        part.Residual = Residual == null ? null : Residual + (row * CStride) + column;
        part.M = rows;
        part.N = columns;
        return part;
    }

    /// <summary>Computes it.</summary>
    public readonly void Run(GemmMicrokernels kernels)
    {
        // A longer sum goes through C in parts, in the same order. Where C also holds the residual, or one tile has all rows so that no panel is read twice, it stays whole.
        long kBlock = Residual == C ? long.MaxValue : Math.Min(kernels.MaximumK, M <= kernels.MaximumRows ? long.MaxValue : KBlock);
        long blocks = Math.Max(1, ((K - 1) / kBlock) + 1);
        kBlock = ((K - 1) / blocks) + 1;
        GemmTile tile;
        tile.AStride = (nint)(AStride * sizeof(float));
        tile.BStride = (nint)(PanelRows * GemmMicrokernels.PanelColumns * sizeof(float));
        tile.CStride = (nint)(CStride * sizeof(float));
        tile.ResidualStride = tile.CStride;
        for (long row = 0; row < M;)
        {
            // Tiles of nearly the same height: 13 rows are 5 + 4 + 4 and not 6 + 6 + 1.
            long rowsLeft = M - row;
            long tiles = ((rowsLeft - 1) / kernels.MaximumRows) + 1;
            long tilesNow = Math.Min(tiles, Math.Max(1, RowsInCache / kernels.MaximumRows));
            long rows = tilesNow == tiles ? rowsLeft : rowsLeft / tiles * tilesNow;
            long k = 0;
            do
            {
                tile.K = (nint)Math.Min(kBlock, K - k);
                tile.Accumulate = k > 0 ? 1 : 0;
                bool isLast = k + tile.K >= K;
                tile.Minimum = isLast ? Epilogue.Minimum : float.NegativeInfinity;
                tile.Maximum = isLast ? Epilogue.Maximum : float.PositiveInfinity;
                Panels(kernels, &tile, row, rows, tilesNow, k, isLast);
                k += kBlock;
            }
            while (k < K);

            row += rows;
        }
    }

    private readonly void Panels(GemmMicrokernels kernels, GemmTile* tile, long row, long rows, long tiles, long k, bool isLast)
    {
        long shortRows = rows / tiles;
        long longTiles = rows % tiles;
        long fullPanels = N / GemmMicrokernels.PanelColumns;
        long groups = Math.Max(1, ((fullPanels - 1) / GroupPanels) + 1);
        for (long group = 0; group < groups; group++)
        {
            long start = fullPanels * group / groups;
            long end = fullPanels * (group + 1) / groups;
            long first = row;
            for (long t = 0; t < tiles; t++)
            {
                int height = (int)(t < longTiles ? shortRows + 1 : shortRows);
                Tile(kernels, tile, first, height, start, end, k, isLast);
                first += height;
            }

            if (isLast && Epilogue.HasFunction)
            {
                long column = start * GemmMicrokernels.PanelColumns;
                Epilogue.Apply(C + (row * CStride) + column, CStride, rows, (end * GemmMicrokernels.PanelColumns) - column);
            }
        }

        int tail = (int)(N % GemmMicrokernels.PanelColumns);
        if (tail > 0)
        {
            long column = fullPanels * GemmMicrokernels.PanelColumns;
            long first = row;
            for (long t = 0; t < tiles; t++)
            {
                int height = (int)(t < longTiles ? shortRows + 1 : shortRows);
                Tail(kernels, tile, first, height, column, tail, k, isLast);
                first += height;
            }

            if (isLast && Epilogue.HasFunction)
            {
                Epilogue.Apply(C + (row * CStride) + column, CStride, rows, tail);
            }
        }
    }

    private readonly void Tile(GemmMicrokernels kernels, GemmTile* tile, long row, int rows, long panel, long end, long k, bool isLast)
    {
        tile->A = A + (row * AStride) + k;
        while (panel < end)
        {
            int width = (int)Math.Min(8, end - panel);
            Microkernel kernel = kernels.Widest(rows, ref width);
            long column = panel * GemmMicrokernels.PanelColumns;
            tile->B = Packed + (column * PanelRows) + (k * GemmMicrokernels.PanelColumns);
            tile->C = C + (row * CStride) + column;
            tile->Bias = isLast && Bias != null ? Bias + column : null;
            tile->Residual = isLast && Residual != null ? Residual + (row * CStride) + column : null;
            kernel.Run(tile);
            panel += width;
        }
    }

    // The last columns, fewer than a panel has: through memory with room for a whole one.
    private readonly void Tail(GemmMicrokernels kernels, GemmTile* tile, long row, int rows, long column, int columns, long k, bool isLast)
    {
        const int Width = GemmMicrokernels.PanelColumns;
        float* sums = stackalloc float[rows * Width];
        float* residuals = stackalloc float[rows * Width];
        float* biases = stackalloc float[Width];
        nint stride = tile->CStride;
        int panels = 1;
        float* c = C + (row * CStride) + column;
        if (tile->Accumulate != 0)
        {
            Copy(c, CStride, sums, Width, rows, columns);
        }

        tile->A = A + (row * AStride) + k;
        tile->B = Packed + (column * PanelRows) + (k * Width);
        tile->C = sums;
        tile->CStride = Width * sizeof(float);
        tile->ResidualStride = Width * sizeof(float);
        tile->Bias = null;
        tile->Residual = null;
        if (isLast && Bias != null)
        {
            Copy(Bias + column, 0, biases, Width, 1, columns);
            tile->Bias = biases;
        }

        if (isLast && Residual != null)
        {
            Copy(Residual + (row * CStride) + column, CStride, residuals, Width, rows, columns);
            tile->Residual = residuals;
        }

        kernels.Widest(rows, ref panels).Run(tile);
        Copy(sums, Width, c, CStride, rows, columns);
        tile->CStride = stride;
        tile->ResidualStride = stride;
    }

    private static void Copy(float* source, long sourceStride, float* destination, long destinationStride, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                destination[column] = source[column];
            }

            source += sourceStride;
            destination += destinationStride;
        }
    }
}
