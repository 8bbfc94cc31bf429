using ModelBuild.Dimensions;

namespace ModelBuild.Graphs.Inference;

/// <summary>Resampling of images.</summary>
internal static class Imaging
{
    /// <summary>Scales are an attribute (operator set 7), input 1 (9 and Resize 10) or input 2, sizes are input 3.</summary>
    public static void Resize(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        if (input is null)
        {
            c.Output(node, 0, c.Element(node, 0), null);
            return;
        }

        int scalesAt = node.OpType == "Upsample" || c.Opset(node) < 11 ? 1 : 2;
        IReadOnlyList<long> axes = node.GetInts("axes") ?? [.. Enumerable.Range(0, input.Rank).Select(i => (long)i)];
        Dimension[] dimensions = input.AsSpan().ToArray();
        if (node.GetFloats("scales") is { } attribute)
        {
            Scale(node, c, dimensions, axes, [.. attribute.Select(s => PartialElement.FromDouble(s))], [.. attribute]);
        }
        else if (node.Attributes.ContainsKey("height_scale") && input.Rank == 4)
        {
            // Operator set 1 of Upsample.
            float[] scales = [1, 1, node.GetFloat("height_scale"), node.GetFloat("width_scale")];
            Scale(node, c, dimensions, axes, Array.ConvertAll(scales, s => PartialElement.FromDouble(s)), scales);
        }
        else if (scalesAt == 2 && node.Input(3) is not null)
        {
            Sizes(node, c, dimensions, axes);
        }
        else
        {
            float[]? scales = c.Reals(node, scalesAt) is { } reals ? Array.ConvertAll(reals, r => (float)r) : null;
            Scale(node, c, dimensions, axes, c.Partial(node, scalesAt)?.Elements, scales);
        }

        c.Output(node, 0, c.Element(node, 0), new Shape(dimensions));
    }

    private static void Sizes(Node node, InferenceContext c, Dimension[] dimensions, IReadOnlyList<long> axes)
    {
        PartialElement[]? sizes = c.Partial(node, 3)?.Elements;
        string policy = node.GetString("keep_aspect_ratio_policy", "stretch");
        double? factor = null;
        for (int i = 0; policy != "stretch" && i < axes.Count; i++)
        {
            if (sizes is null || i >= sizes.Length || sizes[i].Value is not { } size || c.Axis(node, axes[i], dimensions.Length) is not { } axis || !dimensions[axis].IsFixed || dimensions[axis].Value == 0)
            {
                sizes = null;
                break;
            }

            double ratio = (double)size / dimensions[axis].Value;
            factor = factor is null ? ratio : policy == "not_larger" ? Math.Min(factor.Value, ratio) : Math.Max(factor.Value, ratio);
        }

        for (int i = 0; i < axes.Count; i++)
        {
            if (c.Axis(node, axes[i], dimensions.Length) is not { } axis)
            {
                return;
            }

            dimensions[axis] = sizes is null || i >= sizes.Length ? Dimension.Unknown
                : factor is { } f ? Checked(Math.Floor((f * dimensions[axis].Value) + 0.5))
                : Dimension.Of(sizes[i].Integer);
        }
    }

    private static void Scale(Node node, InferenceContext c, Dimension[] dimensions, IReadOnlyList<long> axes, PartialElement[]? exact, float[]? scales)
    {
        // With a region of interest the output depends on the region too.
        bool region = node.GetString("coordinate_transformation_mode") == "tf_crop_and_resize";
        for (int i = 0; i < axes.Count; i++)
        {
            if (c.Axis(node, axes[i], dimensions.Length) is not { } axis)
            {
                return;
            }

            Dimension size = dimensions[axis];
            dimensions[axis] = region ? Dimension.Unknown
                : size.IsFixed && scales is not null && i < scales.Length ? Checked(Math.Floor(size.Value * scales[i]))
                : exact is not null && i < exact.Length && size.Expression is { } e ? Dimension.Of((new PartialElement(e) * exact[i]).Floor().Integer)
                : Dimension.Unknown;
        }
    }

    private static Dimension Checked(double size) => size is >= 0 and < 1L << 53 ? (long)size : Dimension.Unknown;

    /// <summary>Image <c>[N, C, ...]</c> sampled at <c>[N, ..., rank]</c>.</summary>
    public static void GridSample(Node node, InferenceContext c)
    {
        Shape? shape = InferenceContext.OfRank(c.ShapeOf(node, 0)?.Rank ?? -1);
        if (c.ShapeOf(node, 0) is { Rank: >= 3 } input && c.ShapeOf(node, 1) is { } grid && grid.Rank == input.Rank)
        {
            shape = [c.Same(node, input[0], grid[0], "batch sizes"), input[1], .. grid.AsSpan()[1..^1]];
        }

        c.Output(node, 0, c.Element(node, 0), shape);
    }

    /// <summary>Size <c>(N, C, H, W)</c> or <c>(N, C, D, H, W)</c> to a grid <c>[N, H, W, 2]</c> or <c>[N, D, H, W, 3]</c>.</summary>
    public static void AffineGrid(Node node, InferenceContext c)
    {
        Shape? size = Generation.ShapeFrom(node, c, 1);
        c.Output(node, 0, c.Element(node, 0), size is { Rank: 4 or 5 } ? [size[0], .. size.AsSpan()[2..], size.Rank - 2] : null);
    }

    /// <summary>A file's bytes to <c>[height, width, channels]</c>.</summary>
    public static void Decode(Node node, InferenceContext c)
    {
        c.Explain("the size of an encoded image is only known at run time");
        c.Output(node, 0, ElementType.UInt8, [Dimension.Unknown, Dimension.Unknown, node.GetString("pixel_format", "RGB") == "Grayscale" ? 1 : 3]);
    }
}
