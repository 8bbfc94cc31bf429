namespace ModelBuild.Kernels;

/// <summary>The operator Trilu.</summary>
public static class Triangles
{
    /// <summary>The upper or lower triangle of matrices; zeros elsewhere.</summary>
    /// <param name="input"><c>[..., rows, columns]</c>.</param>
    /// <param name="k">Which diagonal bounds the triangle, scalar; absent for 0, the main one; positive ones lie above it.</param>
    /// <param name="output">Result.</param>
    /// <param name="upper">Whether the upper triangle is kept.</param>
    public static void Trilu(TensorValue input, TensorValue? k, [Output] TensorValue output, long upper = 1)
    {
        if (input.Rank < 2)
        {
            throw new KernelException($"Matrices are expected, not {input}.");
        }

        long rows = input.Shape[^2], columns = input.Shape[^1];
        long diagonal = Math.Clamp(k is null ? 0 : Integers.Scalar(k), -rows - 1, columns + 1);
        output.Resize(input.ElementType, input.Shape);
        Fills.Fill(output, null);
        if (input.Length == 0)
        {
            return;
        }

        long matrices = input.Length / (rows * columns);
        for (long i = 0; i < matrices * rows; i++)
        {
            long first = (i % rows) + diagonal;
            long start = upper != 0 ? Math.Clamp(first, 0, columns) : 0;
            long end = upper != 0 ? columns : Math.Clamp(first + 1, 0, columns);
            Elements.CopyRange(input, (i * columns) + start, output, (i * columns) + start, Math.Max(0, end - start));
        }
    }
}
