using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Operators of quantized tensors: dequantized, computed, quantized again, as ONNX Runtime defines them.</summary>
internal sealed class QuantizedOperators : IExpansion
{
    /// <inheritdoc/>
    public IEnumerable<string> OpTypes =>
    [
        "DynamicQuantizeMatMul", "MatMulIntegerToFloat", "QGemm", "QLinearAdd", "QLinearAveragePool", "QLinearConcat", "QLinearGlobalAveragePool", "QLinearLeakyRelu", "QLinearMul",
        "QLinearSigmoid", "QLinearSoftmax", "QLinearWhere",
    ];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        if (node.GetInt("channels_last") != 0)
        {
            return "its channels are last.";
        }

        switch (node.OpType)
        {
            case "QLinearAdd" or "QLinearMul":
                Quantize(context, context.Add(node.OpType == "QLinearAdd" ? "Add" : "Mul", [Real(context, 0), Real(context, 3)]), 6);
                break;
            case "QLinearWhere":
                Quantize(context, context.Add("Where", [node.Input(0), Real(context, 1), Real(context, 4)]), 7);
                break;
            case "QLinearSigmoid":
                Quantize(context, context.Add("Sigmoid", [Real(context, 0)]), 3);
                break;
            case "QLinearLeakyRelu":
                Quantize(context, context.Add("LeakyRelu", [Real(context, 0)], context.Keep("alpha", new FloatAttribute(0.01f))), 3);
                break;
            case "QLinearSoftmax" when node.GetInt("opset", 13) >= 13 || context.ShapeOf(node.Input(0)) is { } s && (node.GetInt("axis", -1) == -1 || node.GetInt("axis") == s.Rank - 1):
                Quantize(context, context.Add("Softmax", [Real(context, 0)], context.Keep("axis", new IntAttribute(-1))), 3);
                break;
            case "QLinearGlobalAveragePool":
                Quantize(context, context.Add("GlobalAveragePool", [Real(context, 0)]), 3);
                break;
            case "QLinearAveragePool":
                string[] attributes = ["auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides"];
                Quantize(context, context.Add("AveragePool", [Real(context, 0)], [.. attributes.Where(node.Attributes.ContainsKey).Select(a => (a, node.Attributes[a]))]), 3);
                break;
            case "QLinearConcat":
                Value[] parts = [.. Enumerable.Range(0, (node.Inputs.Count - 2) / 3).Select(i => Real(context, 2 + (3 * i)))];
                Quantize(context, context.Add("Concat", parts, context.Keep("axis", new IntAttribute(0))), 0);
                break;
            case "QGemm" when node.Input(6) is null && context.ShapeOf(node.Input(4)) is { ElementCount: 1 }:
                Value product = context.Add("Gemm", [Real(context, 0), Real(context, 3)], context.Keep("alpha", new FloatAttribute(1)), context.Keep("transA", new IntAttribute(0)), context.Keep("transB", new IntAttribute(0)));
                Finish(context, product, 7);
                break;
            case "MatMulIntegerToFloat":
                context.Give(0, context.Plus(IntegerProduct(context, node.Input(0)!, node.Input(4), node.Input(2)!, node.Input(1)!, node.Input(5), node.Input(3)!), node.Input(6)));
                break;
            case "DynamicQuantizeMatMul":
                Value[] x = context.AddMany("DynamicQuantizeLinear", [node.Input(0)], 3);
                context.Give(0, context.Plus(IntegerProduct(context, x[0], x[2], x[1], node.Input(1)!, node.Input(3), node.Input(2)!), node.Input(4)));
                break;
            default:
                return "its bias or axis has no counterpart.";
        }

        return null;
    }

    // The tensor at an input, followed by its scale and zero point, as real numbers.
    private static Value Real(ExpansionContext context, int input) => context.Add("DequantizeLinear", [context.Node.Input(input), context.Node.Input(input + 1), context.Node.Input(input + 2)]);

    private static void Quantize(ExpansionContext context, Value value, int scale) =>
        context.Give(0, context.Add("QuantizeLinear", [value, context.Node.Input(scale), context.Node.Input(scale + 1)]));

    private static void Finish(ExpansionContext context, Value value, int scale)
    {
        if (context.Node.Input(scale) is null)
        {
            context.Give(0, value);
        }
        else
        {
            Quantize(context, value, scale);
        }
    }

    private static Value IntegerProduct(ExpansionContext context, Value a, Value? aZero, Value aScale, Value b, Value? bZero, Value bScale)
    {
        Value product = context.Cast(context.Add("MatMulInteger", [a, b, aZero, bZero]), context.ElementOf(aScale));
        return context.Add("Mul", [product, context.Add("Mul", [aScale, bScale])]);
    }
}
