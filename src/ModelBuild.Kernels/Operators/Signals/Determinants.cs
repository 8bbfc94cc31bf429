namespace ModelBuild.Kernels;

/// <summary>Determinants and inverses of square matrices, by LU factorization with partial pivoting in float64.</summary>
public static unsafe class Determinants
{
    /// <summary>Determinant of each matrix.</summary>
    /// <param name="x">[..., M, M].</param>
    /// <param name="y">[...].</param>
    /// <exception cref="KernelException">The matrices are not square.</exception>
    public static void Det(TensorValue x, [Output] TensorValue y)
    {
        long size = Size(x, "Det");
        y.Resize(x.ElementType, x.Shape[..^2]);
        _ = RealNumbers.IsDouble(x);
        using var source = new RealInput<double>(x);
        using var target = new RealOutput<double>(y);
        using var matrix = new NativeBuffer<double>(size * size);
        for (long n = 0; n < y.Length; n++)
        {
            new ReadOnlySpan<double>(source.Pointer + (n * size * size), checked((int)(size * size))).CopyTo(matrix.Span);
            double product = 1;
            for (long k = 0; k < size; k++)
            {
                product *= Eliminate(matrix.Pointer, null, size, k);
            }

            target.Pointer[n] = product;
        }

        target.Commit();
    }

    /// <summary>Inverse of each matrix.</summary>
    /// <param name="x">[..., M, M].</param>
    /// <param name="y">[..., M, M].</param>
    /// <exception cref="KernelException">The matrices are not square.</exception>
    public static void Inverse(TensorValue x, [Output] TensorValue y)
    {
        long size = Size(x, "Inverse");
        y.Resize(x.ElementType, x.Shape);
        _ = RealNumbers.IsDouble(x);
        using var source = new RealInput<double>(x);
        using var target = new RealOutput<double>(y);
        using var matrix = new NativeBuffer<double>(size * size);
        long area = size * size;
        for (long n = 0; area > 0 && n < y.Length / area; n++)
        {
            new ReadOnlySpan<double>(source.Pointer + (n * area), checked((int)area)).CopyTo(matrix.Span);
            double* result = target.Pointer + (n * area);
            for (long i = 0; i < area; i++)
            {
                result[i] = i % (size + 1) == 0 ? 1 : 0;
            }

            for (long k = 0; k < size; k++)
            {
                _ = Eliminate(matrix.Pointer, result, size, k);
            }

            SolveUpper(matrix.Pointer, result, size);
        }

        target.Commit();
    }

    private static long Size(TensorValue x, string name) => x.Rank >= 2 && x.Shape[^1] == x.Shape[^2]
        ? x.Shape[^1]
        : throw new KernelException($"{name} needs square matrices, not {x}.");

    // Brings the largest element of column k to the diagonal and clears what is below; gives the pivot with the sign of the exchange.
    private static double Eliminate(double* matrix, double* right, long size, long k)
    {
        long best = k;
        for (long i = k + 1; i < size; i++)
        {
            best = Math.Abs(matrix[(i * size) + k]) > Math.Abs(matrix[(best * size) + k]) ? i : best;
        }

        for (long j = 0; j < size && best != k; j++)
        {
            (matrix[(k * size) + j], matrix[(best * size) + j]) = (matrix[(best * size) + j], matrix[(k * size) + j]);
            if (right != null)
            {
                (right[(k * size) + j], right[(best * size) + j]) = (right[(best * size) + j], right[(k * size) + j]);
            }
        }

        double pivot = matrix[(k * size) + k];
        for (long i = k + 1; i < size && pivot != 0; i++)
        {
            double factor = matrix[(i * size) + k] / pivot;
            for (long j = k; j < size; j++)
            {
                matrix[(i * size) + j] -= factor * matrix[(k * size) + j];
            }

            for (long j = 0; j < size && right != null; j++)
            {
                right[(i * size) + j] -= factor * right[(k * size) + j];
            }
        }

        return best == k ? pivot : -pivot;
    }

    private static void SolveUpper(double* matrix, double* right, long size)
    {
        for (long i = size - 1; i >= 0; i--)
        {
            for (long k = i + 1; k < size; k++)
            {
                double factor = matrix[(i * size) + k];
                for (long j = 0; j < size; j++)
                {
                    right[(i * size) + j] -= factor * right[(k * size) + j];
                }
            }

            for (long j = 0; j < size; j++)
            {
                right[(i * size) + j] /= matrix[(i * size) + i];
            }
        }
    }
}
