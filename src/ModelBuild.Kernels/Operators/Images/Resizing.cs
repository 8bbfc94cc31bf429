using System.Buffers;

namespace ModelBuild.Kernels;

/// <summary>ONNX's Resize in any number of dimensions, and Upsample.</summary>
public static unsafe class Resizing
{
    /// <summary>Changes the sizes of dimensions by interpolation.</summary>
    /// <remarks>
    /// Positions are computed in float32. Floating-point elements are interpolated in float32, or float64 where they are that; integers in float64, and the fraction
    /// is dropped. <paramref name="mode"/> "nearest" takes any type.
    /// </remarks>
    /// <exception cref="KernelException">Sizes, scales or axes contradict the input, or the type can't be interpolated.</exception>
    public static void Resize(
        KernelContext context, TensorValue x, TensorValue? roi, TensorValue? scales, TensorValue? sizes, [Output] TensorValue y, long antialias = 0, ReadOnlySpan<long> axes = default,
        string coordinateTransformationMode = "half_pixel", float cubicCoeffA = -0.75f, long excludeOutside = 0, float extrapolationValue = 0, string keepAspectRatioPolicy = "stretch",
        string mode = "nearest", string nearestMode = "round_prefer_floor")
    {
        ResizeRules rules = ResizeRules.Parse(coordinateTransformationMode, mode, nearestMode, cubicCoeffA, excludeOutside != 0, antialias != 0);
        int rank = x.Rank;
        ResizeAxis[]? rented = null;
        Span<ResizeAxis> all = rank <= 8 ? stackalloc ResizeAxis[8] : (rented = ArrayPool<ResizeAxis>.Shared.Rent(rank));
        all = all[..rank];
        try
        {
            Measure(x, roi, scales, sizes, axes, rules, keepAspectRatioPolicy, all);
            ResizeRunner.Run(context, x, y, rules, all, extrapolationValue);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<ResizeAxis>.Shared.Return(rented);
            }
        }
    }

    /// <summary>The operator that Resize replaced: positions are divided by the scale, and the nearest element is the one before.</summary>
    /// <exception cref="KernelException">The scales contradict the input, or the type can't be interpolated.</exception>
    public static void Upsample(KernelContext context, TensorValue x, TensorValue scales, [Output] TensorValue y, string mode = "nearest") =>
        Resize(context, x, null, scales, null, y, coordinateTransformationMode: "asymmetric", mode: mode, nearestMode: "floor");

    private static void Measure(
        TensorValue x, TensorValue? roi, TensorValue? scales, TensorValue? sizes, ReadOnlySpan<long> axes, ResizeRules rules, string policy, Span<ResizeAxis> all)
    {
        int count = axes.Length == 0 ? x.Rank : axes.Length;
        bool hasScales = scales is { Length: > 0 };
        TensorValue given = hasScales ? scales! : sizes is { Length: > 0 } ? sizes : throw new KernelException("Resize needs scales or sizes.");
        if (given.Length != count || (hasScales && sizes is { Length: > 0 }))
        {
            throw new KernelException($"Resize of {count} axes of {x} got scales {scales?.ToString() ?? "none"} and sizes {sizes?.ToString() ?? "none"}.");
        }

        for (int i = 0; i < x.Rank; i++)
        {
            all[i] = new ResizeAxis(Size(x.Shape[i]), Size(x.Shape[i]), 1, x.Shape[i], 0, 1);
        }

        float common = hasScales || policy == "stretch" ? 0 : CommonScale(x, sizes!, axes, count, policy);
        for (int i = 0; i < count; i++)
        {
            int axis = Axis(axes, i, x.Rank);
            (float start, float end) = rules.Coordinates == ResizeCoordinates.TfCropAndResize ? Region(roi, i, count) : (0, 1);
            int input = all[axis].Input;
            float scale = hasScales ? Scale(scales!, i) : common != 0 ? common : input == 0 ? 1 : (float)RealNumbers.Integer(sizes!, i) / input;
            double size = hasScales ? Math.Floor(input * scale) : common != 0 ? Math.Floor((input * common) + 0.5f) : RealNumbers.Integer(sizes!, i);
            if (!(scale >= 0) || !(size >= 0) || size > int.MaxValue || (input == 0 && size > 0))
            {
                throw new KernelException($"Resize can't make {size} elements of {input} with the scale {scale}.");
            }

            all[axis] = new ResizeAxis(input, (int)size, scale, hasScales ? input * scale : (float)size, start, end);
        }
    }

    private static float CommonScale(TensorValue x, TensorValue sizes, ReadOnlySpan<long> axes, int count, string policy)
    {
        bool larger = policy switch
        {
            "not_smaller" => true,
            "not_larger" => false,
            _ => throw new KernelException($"Resize has no keep_aspect_ratio_policy '{policy}'."),
        };
        float result = larger ? 0 : float.MaxValue;
        for (int i = 0; i < count; i++)
        {
            float scale = RealNumbers.Integer(sizes, i) / (float)Math.Max(1, x.Shape[Axis(axes, i, x.Rank)]);
            result = larger ? Math.Max(result, scale) : Math.Min(result, scale);
        }

        return result;
    }

    private static (float Start, float End) Region(TensorValue? roi, int index, int count)
    {
        if (roi is null || roi.Length != 2L * count)
        {
            throw new KernelException($"Resize by tf_crop_and_resize needs {2 * count} numbers as its region and got {roi?.ToString() ?? "none"}.");
        }

        return (Element(roi, index), Element(roi, index + count));
    }

    private static float Element(TensorValue x, int index)
    {
        float value;
        RealNumbers.Load(x.ElementType, x.Data + TensorValue.ByteSize(x.ElementType, index), 1, &value);
        return value;
    }

    private static float Scale(TensorValue scales, int index) => Element(scales, index) is > 0 and < float.PositiveInfinity and var scale
        ? scale
        : throw new KernelException($"A scale of Resize has to be positive, not {Element(scales, index)}.");

    private static int Axis(ReadOnlySpan<long> axes, int index, int rank)
    {
        long axis = axes.Length == 0 ? index : axes[index];
        axis = axis < 0 ? axis + rank : axis;
        return axis >= 0 && axis < rank ? (int)axis : throw new KernelException($"Axis {axes[index]} is not one of {rank}.");
    }

    private static int Size(long size) => size <= int.MaxValue ? (int)size : throw new KernelException($"Resize can't take a dimension of {size}.");
}
