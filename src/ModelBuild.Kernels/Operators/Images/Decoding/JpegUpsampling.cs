namespace ModelBuild.Kernels;

/// <summary>Brings a component with fewer samples to the picture's size, by the triangular filter that most decoders use where the factor is two, by repetition otherwise.</summary>
internal static class JpegUpsampling
{
    /// <summary>Writes a row of the picture.</summary>
    /// <param name="component">Its samples.</param>
    /// <param name="y">The row.</param>
    /// <param name="maxHorizontal">Samples beside each other in a unit of the finest component.</param>
    /// <param name="maxVertical">Samples above each other in a unit of the finest component.</param>
    /// <param name="row">Gets the samples; at least as long as the picture is wide, rounded up to whole factors.</param>
    /// <param name="sums">Memory of the same length.</param>
    public static void Row(JpegComponent component, int y, int maxHorizontal, int maxVertical, Span<byte> row, Span<int> sums)
    {
        int factorX = maxHorizontal / component.Horizontal;
        int factorY = maxVertical / component.Vertical;
        bool whole = maxHorizontal % component.Horizontal == 0 && maxVertical % component.Vertical == 0;
        int width = component.Width;
        if (whole && factorX == 2 && factorY <= 2 && width > 2)
        {
            bool tall = factorY == 2;
            int at = Math.Min(y / factorY, component.Height - 1);
            int other = tall ? Math.Clamp(y % 2 == 0 ? at - 1 : at + 1, 0, component.Height - 1) : at;
            ReadOnlySpan<byte> near = component.Samples.AsSpan(at * component.Stride, width);
            ReadOnlySpan<byte> far = component.Samples.AsSpan(other * component.Stride, width);
            for (int x = 0; x < width; x++)
            {
                sums[x] = tall ? (3 * near[x]) + far[x] : near[x];
            }

            // The roundings alternate, so that errors don't add up.
            (int left, int right, int shift) = tall ? (8, 7, 4) : (1, 2, 2);
            for (int x = 0; x < width; x++)
            {
                row[2 * x] = (byte)(x == 0 ? ((4 * sums[x]) + (tall ? 8 : 0)) >> shift : ((3 * sums[x]) + sums[x - 1] + left) >> shift);
                row[(2 * x) + 1] = (byte)(x == width - 1 ? ((4 * sums[x]) + (tall ? 7 : 0)) >> shift : ((3 * sums[x]) + sums[x + 1] + right) >> shift);
            }

            return;
        }

        if (whole && factorX == 1 && factorY == 2)
        {
            int at = Math.Min(y / 2, component.Height - 1);
            int other = Math.Clamp(y % 2 == 0 ? at - 1 : at + 1, 0, component.Height - 1);
            for (int x = 0; x < width; x++)
            {
                row[x] = (byte)(((3 * component.Samples[(at * component.Stride) + x]) + component.Samples[(other * component.Stride) + x] + (y % 2 == 0 ? 1 : 2)) >> 2);
            }

            return;
        }

        int source = Math.Min(y * component.Vertical / maxVertical, component.Height - 1) * component.Stride;
        for (int x = 0; x < row.Length; x++)
        {
            row[x] = component.Samples[source + Math.Min(x * component.Horizontal / maxHorizontal, width - 1)];
        }
    }
}
