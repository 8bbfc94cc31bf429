using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>ONNX's RoiAlign, from He et al., "Mask R-CNN".</summary>
public static unsafe class RegionAlignment
{
    // More samples than this for one element are a mistake in the regions, and would take minutes.
    private const double MaxSamples = 1 << 24;

    private readonly record struct Rules(bool HalfPixel, bool Maximum, long Height, long Width, long Sampling, float Scale);

    /// <summary>Samples regions of images on a grid of fixed size.</summary>
    /// <param name="x">Images, [N, C, H, W].</param>
    /// <param name="rois">Regions, [R, 4]: x1, y1, x2, y2.</param>
    /// <param name="batchIndices">Image of each region, [R].</param>
    /// <param name="y">[R, C, output height, output width].</param>
    /// <param name="coordinateTransformationMode">"half_pixel" or "output_half_pixel".</param>
    /// <param name="mode">"avg" or "max" of the samples; the latter takes the largest weighted corner of each sample, as ONNX's reference does.</param>
    /// <param name="outputHeight">Rows of the grid.</param>
    /// <param name="outputWidth">Columns of the grid.</param>
    /// <param name="samplingRatio">Samples in each direction; 0 for as many as a cell has elements.</param>
    /// <param name="spatialScale">What the regions are multiplied with.</param>
    /// <exception cref="KernelException">The shapes contradict each other, an image does not exist, or a region is far too large.</exception>
    public static void RoiAlign(
        TensorValue x, TensorValue rois, TensorValue batchIndices, [Output] TensorValue y, string coordinateTransformationMode = "half_pixel", string mode = "avg", long outputHeight = 1,
        long outputWidth = 1, long samplingRatio = 0, float spatialScale = 1)
    {
        if (x.Rank != 4 || rois.Rank != 2 || rois.Shape[1] != 4 || batchIndices.Length != rois.Shape[0] || outputHeight < 0 || outputWidth < 0 || samplingRatio < 0)
        {
            throw new KernelException($"RoiAlign can't take images {x}, regions {rois}, indices {batchIndices}, {outputHeight} by {outputWidth} cells and {samplingRatio} samples.");
        }

        var rules = new Rules(
            coordinateTransformationMode switch
            {
                "half_pixel" => true,
                "output_half_pixel" => false,
                _ => throw new KernelException($"RoiAlign has no coordinate_transformation_mode '{coordinateTransformationMode}'."),
            },
            mode switch
            {
                "avg" => false,
                "max" => true,
                _ => throw new KernelException($"RoiAlign has no mode '{mode}'."),
            },
            outputHeight, outputWidth, samplingRatio, spatialScale);
        y.Resize(x.ElementType, rois.Shape[0], x.Shape[1], outputHeight, outputWidth);
        if (RealNumbers.IsDouble(x))
        {
            Run<double>(x, rois, batchIndices, y, rules);
        }
        else
        {
            Run<float>(x, rois, batchIndices, y, rules);
        }
    }

    private static void Run<T>(TensorValue x, TensorValue rois, TensorValue batchIndices, TensorValue y, Rules rules)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var images = new RealInput<T>(x);
        using var regions = new RealInput<T>(rois);
        using var output = new RealOutput<T>(y);
        long channels = x.Shape[1];
        long plane = x.Shape[2] * x.Shape[3];
        for (long r = 0; r < rois.Shape[0]; r++)
        {
            long image = RealNumbers.Integer(batchIndices, r);
            if (image < 0 || image >= x.Shape[0])
            {
                throw new KernelException($"Region {r} is of image {image}, and there are {x.Shape[0]}.");
            }

            T* target = output.Pointer + (r * channels * rules.Height * rules.Width);
            Region(images.Pointer + (image * channels * plane), regions.Pointer + (r * 4), target, channels, x.Shape[2], x.Shape[3], rules);
        }

        output.Commit();
    }

    private static void Region<T>(T* image, T* region, T* target, long channels, long height, long width, Rules rules)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T scale = T.CreateTruncating(rules.Scale);
        T offset = T.CreateTruncating(rules.HalfPixel ? 0.5 : 0);
        T left = (region[0] * scale) - offset;
        T top = (region[1] * scale) - offset;
        T spanX = (region[2] * scale) - offset - left;
        T spanY = (region[3] * scale) - offset - top;
        if (!rules.HalfPixel)
        {
            spanX = T.Max(spanX, T.One);
            spanY = T.Max(spanY, T.One);
        }

        T cellX = spanX / T.CreateTruncating(rules.Width);
        T cellY = spanY / T.CreateTruncating(rules.Height);
        double countX = rules.Sampling > 0 ? rules.Sampling : Math.Max(0, double.CreateTruncating(T.Ceiling(cellX)));
        double countY = rules.Sampling > 0 ? rules.Sampling : Math.Max(0, double.CreateTruncating(T.Ceiling(cellY)));
        if (!(countX * countY <= MaxSamples))
        {
            throw new KernelException($"A region of {spanX} by {spanY} elements is too large.");
        }

        int samplesX = (int)countX;
        int samplesY = (int)countY;
        T count = T.CreateTruncating(Math.Max(1, (long)samplesX * samplesY));
        long plane = height * width;
        Span<long> corners = stackalloc long[4];
        Span<T> weights = stackalloc T[4];
        for (long cell = 0; cell < rules.Height * rules.Width; cell++)
        {
            T startX = left + (T.CreateTruncating(cell % rules.Width) * cellX);
            T startY = top + (T.CreateTruncating(cell / rules.Width) * cellY);
            for (long c = 0; c < channels; c++)
            {
                target[(c * rules.Height * rules.Width) + cell] = T.Zero;
            }

            for (int s = 0; s < samplesX * samplesY; s++)
            {
                T x = startX + (T.CreateTruncating((s % samplesX) + 0.5) * cellX / T.CreateTruncating(samplesX));
                T y = startY + (T.CreateTruncating((s / samplesX) + 0.5) * cellY / T.CreateTruncating(samplesY));
                Corners(x, y, height, width, corners, weights);
                for (long c = 0; c < channels; c++)
                {
                    T* source = image + (c * plane);
                    ref T sum = ref target[(c * rules.Height * rules.Width) + cell];
                    if (rules.Maximum)
                    {
                        T value = plane == 0 ? T.Zero : T.Max(
                            T.Max(weights[0] * source[corners[0]], weights[1] * source[corners[1]]), T.Max(weights[2] * source[corners[2]], weights[3] * source[corners[3]]));
                        sum = s == 0 ? value : T.Max(sum, value);
                    }
                    else if (plane > 0)
                    {
                        sum += (weights[0] * source[corners[0]]) + (weights[1] * source[corners[1]]) + (weights[2] * source[corners[2]]) + (weights[3] * source[corners[3]]);
                    }
                }
            }

            for (long c = 0; c < channels && !rules.Maximum; c++)
            {
                target[(c * rules.Height * rules.Width) + cell] /= count;
            }
        }
    }

    private static void Corners<T>(T x, T y, long height, long width, Span<long> corners, Span<T> weights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T limitX = T.CreateTruncating(width);
        T limitY = T.CreateTruncating(height);
        if (!(x >= -T.One && x <= limitX && y >= -T.One && y <= limitY))
        {
            corners.Clear();
            weights.Clear();
            return;
        }

        x = T.Min(T.Max(x, T.Zero), limitX - T.One);
        y = T.Min(T.Max(y, T.Zero), limitY - T.One);
        x = T.Max(x, T.Zero);
        y = T.Max(y, T.Zero);
        long x0 = Math.Max(0, Math.Min(long.CreateTruncating(x), width - 1));
        long y0 = Math.Max(0, Math.Min(long.CreateTruncating(y), height - 1));
        long x1 = Math.Max(0, Math.Min(x0 + 1, width - 1));
        long y1 = Math.Max(0, Math.Min(y0 + 1, height - 1));
        T fx = x - T.CreateTruncating(x0);
        T fy = y - T.CreateTruncating(y0);
        corners[0] = (y0 * width) + x0;
        corners[1] = (y0 * width) + x1;
        corners[2] = (y1 * width) + x0;
        corners[3] = (y1 * width) + x1;
        weights[0] = (T.One - fy) * (T.One - fx);
        weights[1] = (T.One - fy) * fx;
        weights[2] = fy * (T.One - fx);
        weights[3] = fy * fx;
    }
}
