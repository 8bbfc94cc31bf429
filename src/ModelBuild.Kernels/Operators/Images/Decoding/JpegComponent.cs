namespace ModelBuild.Kernels;

/// <summary>One colour component of a JPEG picture: its coefficients and, in the end, its samples.</summary>
internal sealed class JpegComponent(int id, int horizontal, int vertical, int table)
{
    /// <summary>Number in the file.</summary>
    public int Id { get; } = id;

    /// <summary>Samples beside each other in a unit.</summary>
    public int Horizontal { get; } = horizontal;

    /// <summary>Samples above each other in a unit.</summary>
    public int Vertical { get; } = vertical;

    /// <summary>Quantization table.</summary>
    public int Table { get; } = table;

    /// <summary>Samples of a row that belong to the picture.</summary>
    public int Width { get; private set; }

    /// <summary>Rows that belong to the picture.</summary>
    public int Height { get; private set; }

    /// <summary>Blocks of a row, whole units.</summary>
    public int Columns { get; private set; }

    /// <summary>Rows of blocks, whole units.</summary>
    public int Rows { get; private set; }

    /// <summary>Coefficients of all blocks.</summary>
    public short[] Coefficients { get; private set; } = [];

    /// <summary>Samples, rows of <see cref="Columns"/> blocks.</summary>
    public byte[] Samples { get; private set; } = [];

    /// <summary>Huffman table of the first coefficients in this scan.</summary>
    public int DcTable { get; set; }

    /// <summary>Huffman table of the other coefficients in this scan.</summary>
    public int AcTable { get; set; }

    /// <summary>First coefficient of the block before.</summary>
    public int Prediction { get; set; }

    /// <summary>Elements from one row of samples to the next.</summary>
    public int Stride => Columns * 8;

    /// <summary>Takes memory for a picture.</summary>
    public void Prepare(int width, int height, int maxHorizontal, int maxVertical)
    {
        Width = (int)((((long)width * Horizontal) + maxHorizontal - 1) / maxHorizontal);
        Height = (int)((((long)height * Vertical) + maxVertical - 1) / maxVertical);
        Columns = ((width + (8 * maxHorizontal) - 1) / (8 * maxHorizontal)) * Horizontal;
        Rows = ((height + (8 * maxVertical) - 1) / (8 * maxVertical)) * Vertical;
        Coefficients = new short[checked(Columns * Rows * 64)];
    }

    /// <summary>Turns the coefficients into samples.</summary>
    public void Transform(ReadOnlySpan<ushort> quantization)
    {
        Samples = new byte[Coefficients.Length];
        for (int block = 0; block < Columns * Rows; block++)
        {
            int at = ((block / Columns) * 8 * Stride) + (block % Columns * 8);
            JpegTransform.Run(Coefficients.AsSpan(block * 64, 64), quantization, Samples.AsSpan(at), Stride);
        }

        Coefficients = [];
    }
}
