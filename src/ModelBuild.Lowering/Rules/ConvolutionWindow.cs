using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Rules;

/// <summary>Kernel, strides, pads and dilations of a convolution or pooling, as two dimensions.</summary>
/// <param name="KernelHeight">Rows of the window.</param>
/// <param name="KernelWidth">Columns of the window.</param>
/// <param name="StrideHeight">Step in rows.</param>
/// <param name="StrideWidth">Step in columns.</param>
/// <param name="DilationHeight">Rows from tap to tap.</param>
/// <param name="DilationWidth">Columns from tap to tap.</param>
/// <param name="PadTop">Rows of zeros above.</param>
/// <param name="PadLeft">Columns of zeros left.</param>
/// <param name="PadBottom">Rows of zeros below.</param>
/// <param name="PadRight">Columns of zeros right.</param>
internal readonly record struct ConvolutionWindow(
    int KernelHeight, int KernelWidth, int StrideHeight, int StrideWidth, int DilationHeight, int DilationWidth, int PadTop, int PadLeft, int PadBottom, int PadRight)
{
    /// <summary>Reads the attributes of a node; null when the pads depend on sizes that are not fixed or are negative.</summary>
    /// <param name="node">The node.</param>
    /// <param name="kernel">Sizes of the window, one or two.</param>
    /// <param name="input">Shape of the input.</param>
    public static ConvolutionWindow? Of(Node node, IReadOnlyList<long> kernel, Shape input)
    {
        int rank = kernel.Count;
        if (rank is < 1 or > 2 || input.Rank != rank + 2)
        {
            return null;
        }

        IReadOnlyList<long> strides = node.GetInts("strides") ?? [.. Enumerable.Repeat(1L, rank)];
        IReadOnlyList<long> dilations = node.GetInts("dilations") ?? [.. Enumerable.Repeat(1L, rank)];
        if (strides.Count != rank || dilations.Count != rank || kernel.Concat(strides).Concat(dilations).Any(v => v is < 1 or > 1 << 20) || Pads(node, kernel, strides, dilations, input) is not { } pads || pads.Any(p => p is < 0 or > 1 << 20))
        {
            return null;
        }

        return rank == 2
            ? new((int)kernel[0], (int)kernel[1], (int)strides[0], (int)strides[1], (int)dilations[0], (int)dilations[1], (int)pads[0], (int)pads[1], (int)pads[2], (int)pads[3])
            : new(1, (int)kernel[0], 1, (int)strides[0], 1, (int)dilations[0], 0, (int)pads[0], 0, (int)pads[1]);
    }

    private static long[]? Pads(Node node, IReadOnlyList<long> kernel, IReadOnlyList<long> strides, IReadOnlyList<long> dilations, Shape input)
    {
        int rank = kernel.Count;
        string mode = node.GetString("auto_pad", "NOTSET");
        if (mode is "NOTSET" or "")
        {
            return node.GetInts("pads") is not { } pads ? new long[2 * rank] : pads.Count == 2 * rank ? [.. pads] : null;
        }

        long[] result = new long[2 * rank];
        for (int i = 0; i < rank && mode != "VALID"; i++)
        {
            if (!input[i + 2].IsFixed)
            {
                return null;
            }

            long size = input[i + 2].Value;
            long total = Math.Max(0, ((((size + strides[i] - 1) / strides[i]) - 1) * strides[i]) + ((kernel[i] - 1) * dilations[i]) + 1 - size);
            result[i] = mode == "SAME_LOWER" ? total - (total / 2) : total / 2;
            result[rank + i] = total - result[i];
        }

        return result;
    }
}
