using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>
/// Products of row-major matrices for any element type. Each element of the result sums k ascending with one rounding per step (floats) or wraps
/// around (integers), wherever its column lies, so the bits don't depend on the vector width.
/// </summary>
internal static unsafe class MatrixProducts
{
    /// <summary><c>c += a * b</c>.</summary>
    /// <param name="a">Rows by depth.</param>
    /// <param name="aStride">Elements from one row of <paramref name="a"/> to the next.</param>
    /// <param name="b">Depth by columns.</param>
    /// <param name="bStride">Elements from one row of <paramref name="b"/> to the next.</param>
    /// <param name="c">Rows by columns.</param>
    /// <param name="cStride">Elements from one row of <paramref name="c"/> to the next.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="columns">Columns of the result.</param>
    /// <param name="depth">Number of products in each sum.</param>
    public static void Accumulate<T>(T* a, long aStride, T* b, long bStride, T* c, long cStride, long rows, long columns, long depth)
        where T : unmanaged, INumber<T>
    {
        int lanes = Vector<T>.Count;
        long column = 0;

        // A single row needs more sums at once than several, so that each has time to come out of the multiplier.
        for (; rows == 1 && column + (8 * lanes) <= columns; column += 8 * lanes)
        {
            WideRow(a, b + column, bStride, c + column, depth);
        }

        for (; column + (2 * lanes) <= columns; column += 2 * lanes)
        {
            long row = 0;
            for (; row + 4 <= rows; row += 4)
            {
                FourRows(a + (row * aStride), aStride, b + column, bStride, c + (row * cStride) + column, cStride, depth);
            }

            for (; row < rows; row++)
            {
                OneRow(a + (row * aStride), b + column, bStride, c + (row * cStride) + column, depth);
            }
        }

        for (; column < columns; column++)
        {
            for (long row = 0; row < rows; row++)
            {
                T* left = a + (row * aStride);
                T sum = c[(row * cStride) + column];
                for (long k = 0; k < depth; k++)
                {
                    sum = MultiplyAdd(left[k], b[(k * bStride) + column], sum);
                }

                c[(row * cStride) + column] = sum;
            }
        }
    }

    /// <summary>Writes the transpose of a matrix.</summary>
    /// <param name="source">Rows by columns.</param>
    /// <param name="sourceStride">Elements from one row to the next.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="destination">Columns by rows, without gaps.</param>
    public static void Transpose<T>(T* source, long sourceStride, long rows, long columns, T* destination)
        where T : unmanaged => Transpose(source, sourceStride, rows, columns, destination, rows);

    /// <summary>Writes the transpose of a matrix.</summary>
    /// <param name="source">Rows by columns.</param>
    /// <param name="sourceStride">Elements from one row to the next.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="destination">Columns by rows.</param>
    /// <param name="destinationStride">Elements from one row of the destination to the next.</param>
    public static void Transpose<T>(T* source, long sourceStride, long rows, long columns, T* destination, long destinationStride)
        where T : unmanaged
    {
        const long Block = 32;
        for (long row = 0; row < rows; row += Block)
        {
            long rowEnd = Math.Min(rows, row + Block);
            for (long column = 0; column < columns; column++)
            {
                T* target = destination + (column * destinationStride);
                for (long r = row; r < rowEnd; r++)
                {
                    target[r] = source[(r * sourceStride) + column];
                }
            }
        }
    }

    /// <summary><c>x * y + z</c>, for floats with one rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MultiplyAdd<T>(T x, T y, T z)
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            return (T)(object)MathF.FusedMultiplyAdd((float)(object)x, (float)(object)y, (float)(object)z);
        }

        return typeof(T) == typeof(double)
            ? (T)(object)Math.FusedMultiplyAdd((double)(object)x, (double)(object)y, (double)(object)z)
            : unchecked((x * y) + z);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> MultiplyAdd<T>(Vector<T> x, Vector<T> y, Vector<T> z)
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            return Vector.FusedMultiplyAdd(x.As<T, float>(), y.As<T, float>(), z.As<T, float>()).As<float, T>();
        }

        return typeof(T) == typeof(double)
            ? Vector.FusedMultiplyAdd(x.As<T, double>(), y.As<T, double>(), z.As<T, double>()).As<double, T>()
            : (x * y) + z;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<T>(T* a, long aStride, T* b, long bStride, T* c, long cStride, long depth)
        where T : unmanaged, INumber<T>
    {
        int lanes = Vector<T>.Count;
        T* a1 = a + aStride;
        T* a2 = a1 + aStride;
        T* a3 = a2 + aStride;
        T* c1 = c + cStride;
        T* c2 = c1 + cStride;
        T* c3 = c2 + cStride;
        Vector<T> s0 = Vector.Load(c), t0 = Vector.Load(c + lanes);
        Vector<T> s1 = Vector.Load(c1), t1 = Vector.Load(c1 + lanes);
        Vector<T> s2 = Vector.Load(c2), t2 = Vector.Load(c2 + lanes);
        Vector<T> s3 = Vector.Load(c3), t3 = Vector.Load(c3 + lanes);
        for (long k = 0; k < depth; k++, b += bStride)
        {
            Vector<T> x = Vector.Load(b), y = Vector.Load(b + lanes);
            var left = new Vector<T>(a[k]);
            s0 = MultiplyAdd(left, x, s0);
            t0 = MultiplyAdd(left, y, t0);
            left = new Vector<T>(a1[k]);
            s1 = MultiplyAdd(left, x, s1);
            t1 = MultiplyAdd(left, y, t1);
            left = new Vector<T>(a2[k]);
            s2 = MultiplyAdd(left, x, s2);
            t2 = MultiplyAdd(left, y, t2);
            left = new Vector<T>(a3[k]);
            s3 = MultiplyAdd(left, x, s3);
            t3 = MultiplyAdd(left, y, t3);
        }

        s0.Store(c);
        t0.Store(c + lanes);
        s1.Store(c1);
        t1.Store(c1 + lanes);
        s2.Store(c2);
        t2.Store(c2 + lanes);
        s3.Store(c3);
        t3.Store(c3 + lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WideRow<T>(T* a, T* b, long bStride, T* c, long depth)
        where T : unmanaged, INumber<T>
    {
        int lanes = Vector<T>.Count;
        Vector<T> s0 = Vector.Load(c), s1 = Vector.Load(c + lanes), s2 = Vector.Load(c + (2 * lanes)), s3 = Vector.Load(c + (3 * lanes));
        Vector<T> s4 = Vector.Load(c + (4 * lanes)), s5 = Vector.Load(c + (5 * lanes)), s6 = Vector.Load(c + (6 * lanes)), s7 = Vector.Load(c + (7 * lanes));
        for (long k = 0; k < depth; k++, b += bStride)
        {
            var left = new Vector<T>(a[k]);
            s0 = MultiplyAdd(left, Vector.Load(b), s0);
            s1 = MultiplyAdd(left, Vector.Load(b + lanes), s1);
            s2 = MultiplyAdd(left, Vector.Load(b + (2 * lanes)), s2);
            s3 = MultiplyAdd(left, Vector.Load(b + (3 * lanes)), s3);
            s4 = MultiplyAdd(left, Vector.Load(b + (4 * lanes)), s4);
            s5 = MultiplyAdd(left, Vector.Load(b + (5 * lanes)), s5);
            s6 = MultiplyAdd(left, Vector.Load(b + (6 * lanes)), s6);
            s7 = MultiplyAdd(left, Vector.Load(b + (7 * lanes)), s7);
        }

        s0.Store(c);
        s1.Store(c + lanes);
        s2.Store(c + (2 * lanes));
        s3.Store(c + (3 * lanes));
        s4.Store(c + (4 * lanes));
        s5.Store(c + (5 * lanes));
        s6.Store(c + (6 * lanes));
        s7.Store(c + (7 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow<T>(T* a, T* b, long bStride, T* c, long depth)
        where T : unmanaged, INumber<T>
    {
        int lanes = Vector<T>.Count;
        Vector<T> s = Vector.Load(c), t = Vector.Load(c + lanes);
        for (long k = 0; k < depth; k++, b += bStride)
        {
            var left = new Vector<T>(a[k]);
            s = MultiplyAdd(left, Vector.Load(b), s);
            t = MultiplyAdd(left, Vector.Load(b + lanes), t);
        }

        s.Store(c);
        t.Store(c + lanes);
    }
}
