using System.Numerics.Tensors;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary><c>Gemm</c> with a constant second matrix, as a product in integers and an addition.</summary>
internal sealed class GemmRule : IInt8Rule
{
    public string? RunsAs => "int8 x int8 (MatMulInteger), activations rounded per call";

    public bool RoundsActivations => true;

    public bool IsWeight(Node node, int index, TensorData weight) => node.OpType == "Gemm" && index <= 1 && weight.Rank == 2;

    public ChannelLayout Layout(Node node, int index, TensorData weight) =>
        ChannelLayout.Axis(weight.Dimensions, index == 1 ? (node.GetInt("transB") != 0 ? 0 : 1) : (node.GetInt("transA") != 0 ? 1 : 0));

    public string? WhyNot(Node node, int index, TensorData weight) =>
        index == 0 ? "the constant is on the left side"
        : node.GetInt("transA") != 0 ? "the activations are transposed"
        : weight.Dimensions[node.GetInt("transB") != 0 ? 1 : 0] > MatMulRule.LongestSum ? "the rows may overflow the 32-bit sum"
        : node.Input(0) is null or { Initializer: not null } ? "both sides are constant"
        : node.Input(2) is { Initializer: null } && node.GetFloat("beta", 1) != 1 ? "it scales an addend that is not constant"
        : node.Input(2)?.Initializer is { ElementType: not ElementType.Float32 } ? "its addend is not float32"
        : null;

    public void Rewrite(Node node, StoredWeight weight, GraphEditor editor)
    {
        Value output = node.Output(0)!;
        StoredWeight right = Scaled(node.GetInt("transB") != 0 ? Transposed(weight, editor) : weight, node.GetFloat("alpha", 1), editor);
        if (node.Input(2) is not { } addend || node.GetFloat("beta", 1) == 0)
        {
            IntegerProduct.Add(node.Input(0)!, output.Name, right, editor, last: output);
            return;
        }

        Value product = IntegerProduct.Add(node.Input(0)!, output.Name, right, editor, last: null);
        float beta = node.GetFloat("beta", 1);
        if (beta != 1)
        {
            addend = editor.AddInitializer($"{addend.Name}_scaled", Times(addend.Initializer!, beta));
        }

        editor.AddFor(output, "Add", [product, addend]);
    }

    /// <summary>The integers as they are multiplied; nodes of equal layout share the copy.</summary>
    private static StoredWeight Transposed(StoredWeight weight, GraphEditor editor)
    {
        Value integers = editor.Share(weight.Integers, "transposed", () => editor.AddInitializer($"{weight.Integers.Name}_transposed", Transpose(weight.Integers.Initializer!)));
        Value scales = editor.Share(weight.Scales, "transposed", () => editor.AddInitializer($"{weight.Scales.Name}_row", weight.Scales.Initializer!.Reshape(weight.Scales.Initializer!.ElementCount)));
        return new StoredWeight(integers, scales);
    }

    private static StoredWeight Scaled(StoredWeight weight, float alpha, GraphEditor editor) =>
        alpha == 1 ? weight : weight with { Scales = editor.AddInitializer($"{weight.Scales.Name}_alpha", Times(weight.Scales.Initializer!, alpha)) };

    private static TensorData Times(TensorData tensor, float factor)
    {
        float[] product = new float[tensor.ElementCount];
        TensorPrimitives.Multiply(tensor.As<float>(), factor, product);
        return TensorData.Create<float>(ElementType.Float32, tensor.Dimensions, product);
    }

    private static MemoryTensorData Transpose(TensorData tensor)
    {
        int rows = checked((int)tensor.Dimensions[0]);
        int columns = checked((int)tensor.Dimensions[1]);
        ReadOnlySpan<byte> source = tensor.Bytes;
        byte[] result = new byte[source.Length];

        // In blocks, so that both sides stay in the cache.
        const int Block = 64;
        for (int r0 = 0; r0 < rows; r0 += Block)
        {
            for (int c0 = 0; c0 < columns; c0 += Block)
            {
                for (int r = r0; r < Math.Min(rows, r0 + Block); r++)
                {
                    for (int c = c0; c < Math.Min(columns, c0 + Block); c++)
                    {
                        result[(c * rows) + r] = source[(r * columns) + c];
                    }
                }
            }
        }

        return new MemoryTensorData(ElementType.Int8, [columns, rows], result);
    }
}
