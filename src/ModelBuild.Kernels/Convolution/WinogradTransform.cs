using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>
/// The transforms of Winograd's minimal filtering F(4x4, 3x3): correlation of 6x6 inputs with 3x3 filters by evaluation of the polynomials at 0, +-1/sqrt(2),
/// +-sqrt(2) and infinity (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", with other points: their products with each other are close
/// to 1, which keeps the rounding error of the sums near that of a direct convolution).
/// </summary>
internal static unsafe class WinogradTransform
{
    /// <summary>Rows and columns of an input tile.</summary>
    public const int InputSize = 6;

    /// <summary>Rows and columns of an output tile.</summary>
    public const int OutputSize = 4;

    /// <summary>Positions of a transformed tile.</summary>
    public const int Positions = InputSize * InputSize;

    private const double A = 0.70710678118654752440, B = 1.41421356237309504880;

    private static readonly double[,] s_filter =
    {
        { 1, 0, 0 },
        { -1 / 1.5, -A / 1.5, -0.5 / 1.5 },
        { -1 / 1.5, A / 1.5, -0.5 / 1.5 },
        { 1 / 6.0, B / 6, 2 / 6.0 },
        { 1 / 6.0, -B / 6, 2 / 6.0 },
        { 0, 0, 1 },
    };

    /// <summary>Transforms a 3x3 filter to 36 positions.</summary>
    public static void Filter(ReadOnlySpan<float> filter, Span<double> transformed)
    {
        Span<double> rows = stackalloc double[InputSize * 3];
        for (int i = 0; i < InputSize; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                rows[i * 3 + j] = s_filter[i, 0] * filter[j] + s_filter[i, 1] * filter[3 + j] + s_filter[i, 2] * filter[6 + j];
            }
        }

        for (int i = 0; i < InputSize; i++)
        {
            for (int j = 0; j < InputSize; j++)
            {
                transformed[i * InputSize + j] = rows[i * 3] * s_filter[j, 0] + rows[i * 3 + 1] * s_filter[j, 1] + rows[i * 3 + 2] * s_filter[j, 2];
            }
        }
    }

    /// <summary>Transforms one input tile for the lanes of a vector.</summary>
    /// <param name="x">First lane of the tile's first pixel; 16 floats from a pixel to the next.</param>
    /// <param name="rowStride">Floats from a row to the next.</param>
    /// <param name="v">First lane of position 0.</param>
    /// <param name="positionStride">Floats from a position to the next.</param>
    /// <param name="scratch">36 vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<T>(float* x, long rowStride, float* v, long positionStride, float* scratch)
        where T : struct, IFloatVector<T>
    {
        for (int column = 0; column < InputSize; column++)
        {
            float* source = x + column * 16;
            InputLine(
                T.Load(source), T.Load(source + rowStride), T.Load(source + 2 * rowStride), T.Load(source + 3 * rowStride), T.Load(source + 4 * rowStride),
                T.Load(source + 5 * rowStride), scratch + column * T.Count, InputSize * T.Count);
        }

        for (int row = 0; row < InputSize; row++, v += InputSize * positionStride)
        {
            float* source = scratch + row * InputSize * T.Count;
            InputLine(
                T.Load(source), T.Load(source + T.Count), T.Load(source + 2 * T.Count), T.Load(source + 3 * T.Count), T.Load(source + 4 * T.Count),
                T.Load(source + 5 * T.Count), v, positionStride);
        }
    }

    /// <summary>Transforms the sums of one tile back to 4x4 pixels for the lanes of a vector.</summary>
    /// <param name="m">First lane of position 0.</param>
    /// <param name="positionStride">Floats from a position to the next.</param>
    /// <param name="y">First lane of the tile's first pixel; 16 floats from a pixel to the next.</param>
    /// <param name="rowStride">Floats from a row to the next.</param>
    /// <param name="bias">Added to each pixel.</param>
    /// <param name="scratch">24 vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<T>(float* m, long positionStride, float* y, long rowStride, T bias, float* scratch)
        where T : struct, IFloatVector<T>
    {
        long lineStride = InputSize * positionStride;
        for (int column = 0; column < InputSize; column++)
        {
            float* source = m + column * positionStride;
            OutputLine(
                T.Load(source), T.Load(source + lineStride), T.Load(source + 2 * lineStride), T.Load(source + 3 * lineStride), T.Load(source + 4 * lineStride),
                T.Load(source + 5 * lineStride), out T y0, out T y1, out T y2, out T y3);
            T.Store(y0, scratch + column * T.Count);
            T.Store(y1, scratch + (InputSize + column) * T.Count);
            T.Store(y2, scratch + (2 * InputSize + column) * T.Count);
            T.Store(y3, scratch + (3 * InputSize + column) * T.Count);
        }

        for (int row = 0; row < OutputSize; row++, y += rowStride)
        {
            float* source = scratch + row * InputSize * T.Count;
            OutputLine(
                T.Load(source), T.Load(source + T.Count), T.Load(source + 2 * T.Count), T.Load(source + 3 * T.Count), T.Load(source + 4 * T.Count),
                T.Load(source + 5 * T.Count), out T y0, out T y1, out T y2, out T y3);
            T.Store(y0 + bias, y);
            T.Store(y1 + bias, y + 16);
            T.Store(y2 + bias, y + 32);
            T.Store(y3 + bias, y + 48);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputLine<T>(T d0, T d1, T d2, T d3, T d4, T d5, float* destination, long stride)
        where T : struct, IFloatVector<T>
    {
        T middle = T.Create(-2.5f);
        T.Store(T.FusedMultiplyAdd(middle, d2, d0) + d4, destination);
        T.Store(T.FusedMultiplyAdd(middle, d3, d1) + d5, destination + 5 * stride);
        T two = T.Create(-2f), even = T.FusedMultiplyAdd(two, d2, d4), odd = T.FusedMultiplyAdd(two, d1, d3) * T.Create((float)A);
        T.Store(even + odd, destination + stride);
        T.Store(even - odd, destination + 2 * stride);
        T half = T.Create(-0.5f);
        even = T.FusedMultiplyAdd(half, d2, d4);
        odd = T.FusedMultiplyAdd(half, d1, d3) * T.Create((float)B);
        T.Store(even + odd, destination + 3 * stride);
        T.Store(even - odd, destination + 4 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputLine<T>(T m0, T m1, T m2, T m3, T m4, T m5, out T y0, out T y1, out T y2, out T y3)
        where T : struct, IFloatVector<T>
    {
        T innerSum = m1 + m2, innerDifference = (m1 - m2) * T.Create((float)A), outerSum = m3 + m4, outerDifference = (m3 - m4) * T.Create((float)B);
        y0 = m0 + innerSum + outerSum;
        y1 = innerDifference + outerDifference;
        T half = T.Create(0.5f), two = T.Create(2f);
        y2 = T.FusedMultiplyAdd(half, innerSum, two * outerSum);
        y3 = T.FusedMultiplyAdd(half, innerDifference, T.FusedMultiplyAdd(two, outerDifference, m5));
    }
}
