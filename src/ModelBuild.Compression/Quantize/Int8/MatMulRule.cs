using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary><c>MatMul</c> with a constant right side: activations are rounded to unsigned 8 bits per call, products are summed in 32-bit integers.</summary>
internal sealed class MatMulRule : IInt8Rule
{
    // Beyond it a sum of 255 * 127 terms may leave 32 bits.
    internal const long LongestSum = int.MaxValue / (255 * 127);

    public string? RunsAs => "int8 x int8 (MatMulInteger), activations rounded per call";

    public bool RoundsActivations => true;

    public bool IsWeight(Node node, int index, TensorData weight) => node.OpType == "MatMul" && index <= 1 && weight.Rank >= 2;

    // On the left side the rows are the channels.
    public ChannelLayout Layout(Node node, int index, TensorData weight) => index == 1 ? ChannelLayout.Columns(weight.Dimensions) : ChannelLayout.Axes(weight.Dimensions, 0, weight.Rank - 1);

    public string? WhyNot(Node node, int index, TensorData weight) =>
        index == 0 ? "the constant is on the left side"
        : weight.Rank != 2 ? "the constant is a stack of matrices"
        : weight.Dimensions[0] > LongestSum ? $"rows of {weight.Dimensions[0]} elements may overflow the 32-bit sum"
        : node.Input(0) is null or { Initializer: not null } ? "both sides are constant"
        : null;

    public void Rewrite(Node node, StoredWeight weight, GraphEditor editor)
    {
        Value output = node.Output(0)!;
        Value scaled = IntegerProduct.Add(node.Input(0)!, output.Name, weight, editor, last: output);
        System.Diagnostics.Debug.Assert(ReferenceEquals(scaled, output), "The last node computes the output.");
    }
}

/// <summary>The nodes of a product in integers, in the order in which ONNX Runtime recognises them and fuses them into one.</summary>
internal static class IntegerProduct
{
    /// <summary>Adds <c>DynamicQuantizeLinear</c> (shared by all products of one activation), <c>MatMulInteger</c>, <c>Cast</c> and <c>Mul</c>.</summary>
    /// <param name="activation">The left side.</param>
    /// <param name="name">Start of the new names.</param>
    /// <param name="weight">The right side, columns scaled.</param>
    /// <param name="editor">Where to add.</param>
    /// <param name="last">The value to compute, or null for a new one.</param>
    public static Value Add(Value activation, string name, StoredWeight weight, GraphEditor editor, Value? last)
    {
        Value rounded = editor.Share(activation, "rounded", () => editor.Add("DynamicQuantizeLinear", [activation], $"{activation.Name}_rounded", $"{activation.Name}_scale", $"{activation.Name}_zero_point").Output(0)!);
        Node quantize = rounded.Producer!;
        Value sum = editor.Add("MatMulInteger", [rounded, weight.Integers, quantize.Output(2)], $"{name}_sum").Output(0)!;
        Node cast = editor.Add("Cast", [sum], $"{name}_sum_float");
        cast.Attributes["to"] = new IntAttribute((long)ElementType.Float32);
        Value scale = editor.Add("Mul", [quantize.Output(1), weight.Scales], $"{name}_sum_scale").Output(0)!;
        return last is null ? editor.Add("Mul", [cast.Output(0), scale], $"{name}_scaled").Output(0)! : editor.AddFor(last, "Mul", [cast.Output(0), scale]).Output(0)!;
    }
}
