using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>ONNX's AffineGrid.</summary>
public static unsafe class AffineGrids
{
    /// <summary>Positions for GridSample: the corners of the output, from -1 to 1, through an affine map of two or three dimensions.</summary>
    /// <param name="theta">Maps, [N, 2, 3] or [N, 3, 4].</param>
    /// <param name="size">[N, C, H, W] or [N, C, D, H, W].</param>
    /// <param name="grid">[N, H, W, 2] or [N, D, H, W, 3].</param>
    /// <param name="alignCorners">Whether -1 and 1 are the middles of the outermost elements and not their outer edges.</param>
    /// <exception cref="KernelException">The shapes contradict each other.</exception>
    public static void AffineGrid(TensorValue theta, TensorValue size, [Output] TensorValue grid, long alignCorners = 0)
    {
        int dimensions = checked((int)size.Length) - 2;
        if (dimensions is not (2 or 3) || theta.Rank != 3 || theta.Shape[1] != dimensions || theta.Shape[2] != dimensions + 1 || theta.Shape[0] != RealNumbers.Integer(size, 0))
        {
            throw new KernelException($"AffineGrid can't make a grid of {size.Length} sizes with {theta}.");
        }

        Span<long> shape = stackalloc long[dimensions + 2];
        shape[0] = theta.Shape[0];
        for (int i = 0; i < dimensions; i++)
        {
            shape[i + 1] = RealNumbers.Integer(size, i + 2);
        }

        shape[^1] = dimensions;
        if (RealNumbers.IsDouble(theta))
        {
            Run<double>(theta, grid, shape, alignCorners != 0);
        }
        else
        {
            Run<float>(theta, grid, shape, alignCorners != 0);
        }
    }

    private static void Run<T>(TensorValue theta, TensorValue grid, ReadOnlySpan<long> shape, bool align)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        grid.Resize(theta.ElementType, shape);
        using var maps = new RealInput<T>(theta);
        using var output = new RealOutput<T>(grid);
        int dimensions = shape.Length - 2;
        long depth = dimensions == 3 ? shape[1] : 1;
        long height = shape[^3];
        long width = shape[^2];
        T* target = output.Pointer;
        for (long n = 0; n < shape[0]; n++)
        {
            T* map = maps.Pointer + (n * dimensions * (dimensions + 1));
            for (long d = 0; d < depth; d++)
            {
                T z = Place<T>(d, depth, align);
                for (long h = 0; h < height; h++)
                {
                    T y = Place<T>(h, height, align);
                    for (long w = 0; w < width; w++)
                    {
                        T x = Place<T>(w, width, align);
                        for (int i = 0; i < dimensions; i++)
                        {
                            T* row = map + (i * (dimensions + 1));
                            *target++ = dimensions == 2 ? (row[0] * x) + (row[1] * y) + row[2] : (row[0] * x) + (row[1] * y) + (row[2] * z) + row[3];
                        }
                    }
                }
            }
        }

        output.Commit();
    }

    private static T Place<T>(long index, long size, bool align)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (align)
        {
            return size <= 1 ? T.Zero : T.CreateTruncating((2.0 * index / (size - 1)) - 1);
        }

        return T.CreateTruncating((((2.0 * index) + 1) / size) - 1);
    }
}
