using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Attributes that convolutions and poolings share.</summary>
internal static class Windows
{
    /// <summary>The attributes in ONNX's order; pads are null when they depend on the input's size.</summary>
    internal sealed record Attributes(long[] Kernel, long[] Strides, long[] Dilations, long[]? Pads)
    {
        /// <summary>As ONNX's attributes.</summary>
        public (string, AttributeValue)[] All =>
        [
            ("kernel_shape", Kernel),
            ("strides", Strides),
            .. Dilations.Any(d => d != 1) ? new[] { ("dilations", (AttributeValue)Dilations) } : [],
            Pads is { } pads ? ("pads", pads) : ("auto_pad", "SAME_UPPER"),
        ];
    }

    /// <summary>Reads the attributes of a window over some axes.</summary>
    public static Attributes Read(PrimitiveCall call, int spatial, string strideName, int kernelIndex = -1, int strideIndex = -1, int modeIndex = -1)
    {
        long[] kernel = Last(call.Ints("kernel_size", kernelIndex) ?? call.Ints("ksize") ?? throw new UnsupportedOperatorException("its kernel size is missing"), spatial);
        long[] strides = Last(call.Ints(strideName, strideIndex) ?? call.Ints("strides") ?? call.Ints("stride") ?? [1], spatial);
        long[] dilations = Last(call.Ints("dilation") ?? call.Ints("dilations") ?? [1], spatial);
        string mode = call.Text("pad_mode", modeIndex, "valid");
        long[]? pads = mode switch
        {
            "pad" or "0" => Reorder(call.Ints("pad_list") ?? call.Ints("pad") ?? [0], spatial),
            "same" or "1" => null,
            "valid" or "2" => new long[2 * spatial],
            _ => throw new UnsupportedOperatorException($"its pad_mode is '{mode}'; 'pad', 'same' and 'valid' are supported"),
        };
        return new Attributes(kernel, strides, dilations, pads);
    }

    /// <summary>Start and end of each axis in turn, to all starts and then all ends.</summary>
    public static long[] Reorder(long[] pads, int spatial)
    {
        if (pads.Length == 1)
        {
            return [.. Enumerable.Repeat(pads[0], 2 * spatial)];
        }

        if (pads.Length != 2 * spatial)
        {
            throw new UnsupportedOperatorException($"it has {pads.Length} pads instead of {2 * spatial}");
        }

        return [.. Enumerable.Range(0, spatial).Select(i => pads[2 * i]), .. Enumerable.Range(0, spatial).Select(i => pads[(2 * i) + 1])];
    }

    /// <summary>The entries for the spatial axes of a list that may also have batch and channels.</summary>
    private static long[] Last(long[] values, int spatial) => values.Length >= spatial ? values[^spatial..] : [.. Enumerable.Repeat(values[0], spatial)];
}
