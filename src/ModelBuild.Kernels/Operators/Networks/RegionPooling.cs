using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator MaxRoiPool for every floating-point type.</summary>
public static unsafe class RegionPooling
{
    /// <summary>Largest element of each cell of a grid over each region of interest.</summary>
    /// <param name="x">Input, <c>[N, C, H, W]</c>.</param>
    /// <param name="rois">Regions, <c>[R, 5]</c>: index in the batch, x1, y1, x2, y2.</param>
    /// <param name="y">Result, <c>[R, C, pooled_shape]</c>; 0 where a cell has no element.</param>
    /// <param name="pooledShape">Height and width of the grid.</param>
    /// <param name="spatialScale">Factor from the regions' coordinates to those of the input.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other, or a region belongs to no image.</exception>
    public static void MaxRoiPool(TensorValue x, TensorValue rois, [Output] TensorValue y, ReadOnlySpan<long> pooledShape, float spatialScale = 1f)
    {
        if (x.Rank != 4 || rois.Rank != 2 || rois.Shape[1] != 5 || pooledShape.Length != 2 || pooledShape[0] < 1 || pooledShape[1] < 1 || pooledShape[0] > int.MaxValue || pooledShape[1] > int.MaxValue)
        {
            throw new KernelException($"Pooling of {x} over the regions {rois} to [{string.Join(',', pooledShape.ToArray())}].");
        }

        y.Resize(x.ElementType, rois.Shape[0], x.Shape[1], pooledShape[0], pooledShape[1]);
        if (RealNumbers.IsDouble(x))
        {
            Run<double>(x, rois, y, spatialScale);
        }
        else
        {
            Run<float>(x, rois, y, spatialScale);
        }
    }

    private static void Run<T>(TensorValue x, TensorValue rois, TensorValue y, float spatialScale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var input = new RealInput<T>(x);
        using var regions = new RealInput<T>(rois);
        using var output = new RealOutput<T>(y);
        long height = x.Shape[2];
        long width = x.Shape[3];
        T scale = T.CreateTruncating(spatialScale);
        T* target = output.Pointer;
        for (long region = 0; region < rois.Shape[0]; region++)
        {
            T* roi = regions.Pointer + (region * 5);
            long image = long.CreateSaturating(roi[0]);
            if ((ulong)image >= (ulong)x.Shape[0])
            {
                throw new KernelException($"Region {region} belongs to image {image} of {x.Shape[0]}.");
            }

            for (long channel = 0; channel < x.Shape[1]; channel++)
            {
                T* plane = input.Pointer + (((image * x.Shape[1]) + channel) * height * width);
                for (long row = 0; row < y.Shape[2]; row++)
                {
                    (long top, long bottom) = Cell(roi[2] * scale, roi[4] * scale, row, y.Shape[2], height);
                    for (long column = 0; column < y.Shape[3]; column++)
                    {
                        (long left, long right) = Cell(roi[1] * scale, roi[3] * scale, column, y.Shape[3], width);
                        *target++ = Largest(plane, width, top, bottom, left, right);
                    }
                }
            }
        }

        output.Commit();
    }

    // First element and the one after the last of a cell along one axis.
    private static (long First, long End) Cell<T>(T start, T end, long cell, long cells, long size)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T low = T.Round(start, MidpointRounding.AwayFromZero);
        T high = T.Round(end, MidpointRounding.AwayFromZero);
        T step = T.Max(high - low + T.One, T.One) / T.CreateTruncating(cells);
        T first = T.Floor(T.CreateTruncating(cell) * step) + low;
        T last = T.Ceiling(T.CreateTruncating(cell + 1) * step) + low;
        return (Math.Clamp(long.CreateSaturating(first), 0, size), Math.Clamp(long.CreateSaturating(last), 0, size));
    }

    private static T Largest<T>(T* plane, long width, long top, long bottom, long left, long right)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (bottom <= top || right <= left)
        {
            return T.Zero;
        }

        T largest = T.NegativeInfinity;
        for (long row = top; row < bottom; row++)
        {
            for (long column = left; column < right; column++)
            {
                T value = plane[(row * width) + column];
                largest = value > largest ? value : largest;
            }
        }

        return largest;
    }
}
