namespace ModelBuild.Graphs.Inference;

/// <summary>Normalization, dropout and losses.</summary>
internal static class Normalization
{
    public static void Batch(Node node, InferenceContext c)
    {
        c.Output(node, 0, c.TypeOf(node, 0));
        for (int i = 1; i < node.Outputs.Count; i++)
        {
            // Running or saved statistics; odd ones are means, even ones variances.
            c.Output(node, i, c.TypeOf(node, i % 2 == 1 ? 3 : 4));
        }
    }

    /// <summary>Mean and inverse deviation of each normalized part follow the output.</summary>
    public static void Layer(Node node, InferenceContext c)
    {
        c.Output(node, 0, c.TypeOf(node, 0));
        Shape? statistics = null;
        if (c.ShapeOf(node, 0) is { } input && c.Axis(node, node.GetInt("axis", -1), input.Rank) is { } axis)
        {
            statistics = [.. input.Select((d, i) => i < axis ? d : 1)];
        }

        var element = (ElementType)node.GetInt("stash_type", (long)ElementType.Float32);
        c.Output(node, 1, element, statistics);
        c.Output(node, 2, element, statistics);
    }

    /// <summary>The mask is a truth value from operator set 10 on.</summary>
    public static void Dropout(Node node, InferenceContext c)
    {
        c.Output(node, 0, c.TypeOf(node, 0));
        c.Output(node, 1, c.Opset(node) >= 10 ? ElementType.Bool : c.Element(node, 0), c.ShapeOf(node, 0));
        c.CopyContent(node.Input(0), node.Output(0));
    }

    /// <summary>A loss per target or one number, and optionally the log probabilities.</summary>
    public static void Loss(Node node, InferenceContext c)
    {
        Shape? shape = node.GetString("reduction", "mean") == "none" ? c.ShapeOf(node, 1) : Shape.Scalar;
        c.Output(node, 0, c.Element(node, 0), shape);
        c.Output(node, 1, c.TypeOf(node, 0));
    }
}
