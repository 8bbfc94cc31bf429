namespace ModelBuild.Graphs.Inference;

/// <summary>Between real numbers and their quantized forms.</summary>
internal static class Quantization
{
    /// <summary>The zero point decides the element type, then <c>output_dtype</c>, then uint8.</summary>
    public static void Quantize(Node node, InferenceContext c)
    {
        ElementType element = node.Input(2) is not null ? c.Element(node, 2)
            : node.GetInt("output_dtype") is not 0 and var stated ? (ElementType)stated
            : ElementType.UInt8;
        c.Output(node, 0, element, c.ShapeOf(node, 0));
    }

    /// <summary><c>output_dtype</c> decides the element type, then the scale.</summary>
    public static void Dequantize(Node node, InferenceContext c) =>
        c.Output(node, 0, node.GetInt("output_dtype") is not 0 and var stated ? (ElementType)stated : c.Element(node, 1), c.ShapeOf(node, 0));

    public static void DynamicQuantize(Node node, InferenceContext c)
    {
        c.Output(node, 0, ElementType.UInt8, c.ShapeOf(node, 0));
        c.Output(node, 1, ElementType.Float32, Shape.Scalar);
        c.Output(node, 2, ElementType.UInt8, Shape.Scalar);
    }
}
