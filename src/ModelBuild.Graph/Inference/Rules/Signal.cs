using ModelBuild.Dimensions;

namespace ModelBuild.Graphs.Inference;

/// <summary>Fourier transforms, windows and filter banks.</summary>
internal static class Signal
{
    /// <summary>Complex numbers are a last dimension of 2. The axis is an attribute before operator set 20, then input 2.</summary>
    public static void Fourier(Node node, InferenceContext c)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { Rank: >= 2 } input)
        {
            bool oneSided = node.GetInt("onesided") != 0;
            bool inverse = node.GetInt("inverse") != 0;
            long? axis = c.Opset(node) < 20 ? node.GetInt("axis", 1) : node.Input(2) is null ? -2 : c.Integer(node, 2);
            if (axis is null)
            {
                shape = InferenceContext.OfRank(input.Rank);
            }
            else if (c.Axis(node, axis.Value, input.Rank) is { } along)
            {
                Dimension length = node.Input(1) is not null ? c.ScalarSize(node, 1) : inverse && oneSided ? (input[along] - 1) * 2 : input[along];
                Dimension[] dimensions = input.AsSpan().ToArray();
                dimensions[along] = oneSided && !inverse ? (length / 2) + 1 : length;
                dimensions[^1] = oneSided && inverse ? 1 : 2;
                shape = new Shape(dimensions);
            }
        }

        c.Output(node, 0, c.Element(node, 0), shape);
    }

    /// <summary>Signal <c>[batch, length, 1 or 2]</c>, step, window, frame length to <c>[batch, frames, bins, 2]</c>.</summary>
    public static void ShortTimeFourier(Node node, InferenceContext c)
    {
        Dimension frame = node.Input(3) is not null ? c.ScalarSize(node, 3) : c.Size(node, 2, 0);
        Dimension frames = ((c.Size(node, 0, 1) - frame) / c.ScalarSize(node, 1)) + 1;
        c.Output(node, 0, c.Element(node, 0), [c.Size(node, 0, 0), frames, node.GetInt("onesided", 1) != 0 ? (frame / 2) + 1 : frame, 2]);
    }

    public static void Window(Node node, InferenceContext c) =>
        c.Output(node, 0, (ElementType)node.GetInt("output_datatype", (long)ElementType.Float32), [c.ScalarSize(node, 0)]);

    public static void MelWeights(Node node, InferenceContext c) =>
        c.Output(node, 0, (ElementType)node.GetInt("output_datatype", (long)ElementType.Float32), [(c.ScalarSize(node, 1) / 2) + 1, c.ScalarSize(node, 0)]);
}
