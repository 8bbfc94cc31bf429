using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary>
/// Which elements of a weight share a scale. The tensor is seen as <c>[batch, outer, channels, inner]</c>; element <c>(b, o, c, i)</c> has scale <c>b * channels + c</c>.
/// </summary>
/// <param name="Batch">Product of leading dimensions with scales of their own.</param>
/// <param name="Outer">Product of the dimensions before the channels that share scales.</param>
/// <param name="Channels">Product of the channel dimensions.</param>
/// <param name="Inner">Product of the dimensions after the channels.</param>
/// <param name="ScaleDimensions">Shape of the scales, which broadcasts to the weight's: the weight's with 1 for each dimension that shares; a vector when only the last dimension has scales.</param>
internal sealed record ChannelLayout(long Batch, long Outer, long Channels, long Inner, long[] ScaleDimensions)
{
    /// <summary>Number of scales.</summary>
    public long ScaleCount => Batch * Channels;

    /// <summary>One scale per index of <paramref name="axis"/>.</summary>
    public static ChannelLayout Axis(ReadOnlySpan<long> dimensions, int axis) => Axes(dimensions, axis, axis + 1);

    /// <summary>One scale per combination of indices of the axes from <paramref name="first"/> up to <paramref name="end"/>, excluded.</summary>
    public static ChannelLayout Axes(ReadOnlySpan<long> dimensions, int first, int end)
    {
        long[] scales = [.. Enumerable.Repeat(1L, dimensions.Length)];
        dimensions[first..end].CopyTo(scales.AsSpan(first));
        if (first > 0 && first == dimensions.Length - 1)
        {
            scales = [dimensions[first]];
        }

        return new ChannelLayout(1, Product(dimensions[..first]), Product(dimensions[first..end]), Product(dimensions[end..]), scales);
    }

    /// <summary>One scale per column of each matrix: the last axis and all leading ones, but not the last but one.</summary>
    public static ChannelLayout Columns(ReadOnlySpan<long> dimensions)
    {
        if (dimensions.Length == 2)
        {
            return Axis(dimensions, 1);
        }

        long[] scales = dimensions.ToArray();
        scales[^2] = 1;
        return new ChannelLayout(Product(dimensions[..^2]), dimensions[^2], dimensions[^1], 1, scales);
    }

    /// <summary>One scale for all.</summary>
    public static ChannelLayout Whole(ReadOnlySpan<long> dimensions) => new(1, 1, 1, Product(dimensions), [.. Enumerable.Repeat(1L, dimensions.Length)]);

    /// <summary>Whether both give each element the same scale.</summary>
    public bool SameAs(ChannelLayout other) => Batch == other.Batch && Outer == other.Outer && Channels == other.Channels && Inner == other.Inner;

    private static long Product(ReadOnlySpan<long> dimensions)
    {
        long product = 1;
        foreach (long d in dimensions)
        {
            product *= d;
        }

        return product;
    }
}
