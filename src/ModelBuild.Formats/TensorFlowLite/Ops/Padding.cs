using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Padding of windows by TensorFlow's two schemes.</summary>
internal static class Padding
{
    public const int Same = 0;
    public const int Valid = 1;

    /// <summary>The attribute of an ONNX window operator: numbers where the sizes are known, else the scheme's name.</summary>
    /// <param name="node">The operator.</param>
    /// <param name="input">Shape of its input, channels before the spatial dimensions.</param>
    /// <param name="scheme">Number of the scheme.</param>
    /// <param name="window">Sizes of the window.</param>
    /// <param name="strides">Steps.</param>
    /// <param name="dilations">Distances between the window's elements.</param>
    public static (string Name, AttributeValue Value) Of(NodeReader node, Shape input, int scheme, long[] window, long[] strides, long[] dilations)
    {
        if (strides.Concat(window).Concat(dilations).Any(v => v < 1))
        {
            throw node.Damaged("has a window, a stride or a dilation below 1");
        }

        int rank = window.Length;
        var pads = new long[2 * rank];
        if (scheme == Valid)
        {
            return ("pads", pads);
        }

        if (scheme != Same)
        {
            throw NodeReader.Unsupported($"its padding scheme {scheme} is not known");
        }

        for (int i = 0; i < rank; i++)
        {
            if (!input[2 + i].IsFixed)
            {
                return ("auto_pad", "SAME_UPPER");
            }

            long total = Total(input[2 + i].Value, window[i], strides[i], dilations[i]);
            pads[i] = total / 2;
            pads[rank + i] = total - (total / 2);
        }

        return ("pads", pads);
    }

    /// <summary>Elements that SAME adds along one axis: the output has ceil(size / stride) elements, and the odd one is added behind.</summary>
    public static long Total(long size, long window, long stride, long dilation)
    {
        long outputs = (size + stride - 1) / stride;
        return Math.Max(0, ((outputs - 1) * stride) + ((window - 1) * dilation) + 1 - size);
    }
}
