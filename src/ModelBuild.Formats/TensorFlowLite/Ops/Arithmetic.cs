using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Operators of two inputs that broadcast, with a fused activation where TensorFlow Lite has one.</summary>
internal sealed class Arithmetic : TfLiteOp
{
    private static readonly Dictionary<string, string> s_onnx = new(StringComparer.Ordinal)
    {
        ["ADD"] = "Add",
        ["SUB"] = "Sub",
        ["MUL"] = "Mul",
        ["DIV"] = "Div",
        ["MAXIMUM"] = "Max",
        ["MINIMUM"] = "Min",
        ["POW"] = "Pow",
        ["SQUARED_DIFFERENCE"] = "Sub, Mul",
        ["BITWISE_XOR"] = "BitwiseXor",
        ["RIGHT_SHIFT"] = "BitShift, Div, Sub",
    };

    public override IReadOnlyList<string> Names { get; } = [.. s_onnx.Keys];

    public override string OnnxOf(string name) => s_onnx[name];

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.In(0);
        Value y = node.In(1);
        switch (node.Name)
        {
            case "SQUARED_DIFFERENCE":
                Value difference = b.Add("Sub", [x, y]);
                node.Out(b.Add("Mul", [difference, difference]));
                break;
            case "RIGHT_SHIFT":
                node.Out(ShiftRight(node, x, y));
                break;
            case "ADD" or "SUB" or "MUL" or "DIV":
                node.OutActivated(b.Add(s_onnx[node.Name], [x, y]), 0);
                break;
            case "POW" when b.ElementOf(x) == ElementType.Int32:
                node.Out(IntegerPower(node, x, y));
                break;
            default:
                node.Out(b.Add(s_onnx[node.Name], [x, y]));
                break;
        }
    }

    // TensorFlow Lite multiplies in 32 bits and wraps around; ONNX Runtime goes through floats, which don't. In 64-bit integers the product of
    // two 32-bit ones is exact, so that each squaring can be cut to 32 bits.
    private static Value IntegerPower(NodeReader node, Value x, Value y)
    {
        GraphBuilder b = node.B;
        Value exponent = b.Cast(y, ElementType.Int64);
        Value power = b.Cast(x, ElementType.Int64);
        Value two = b.Integer(2);
        Value result = b.Integer(1);
        for (int bit = 0; bit < 31; bit++)
        {
            Value isSet = b.Add("Equal", [b.Add("Mod", [exponent, two]), b.Integer(1)]);
            result = b.Add("Where", [isSet, Wrap(b, b.Add("Mul", [result, power])), result]);
            if (bit < 30)
            {
                exponent = b.Add("Div", [exponent, two]);
                power = Wrap(b, b.Add("Mul", [power, power]));
            }
        }

        return b.Cast(result, ElementType.Int32);
    }

    private static Value Wrap(GraphBuilder b, Value value) => b.Cast(b.Cast(value, ElementType.Int32), ElementType.Int64);

    // ONNX shifts unsigned integers only. A signed shift rounds the quotient by a power of two down.
    private static Value ShiftRight(NodeReader node, Value x, Value y)
    {
        GraphBuilder b = node.B;
        if (b.ElementOf(x) is ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64)
        {
            return b.Add("BitShift", [x, y], ("direction", "RIGHT"));
        }

        Value wide = b.Cast(x, ElementType.Int64);
        Value power = b.Cast(b.Add("BitShift", [b.Constant(GraphBuilder.Scalar(1, ElementType.UInt64)), b.Cast(y, ElementType.UInt64)], ("direction", "LEFT")), ElementType.Int64);
        Value quotient = b.Add("Div", [b.Add("Sub", [wide, b.Add("Mod", [wide, power])]), power]);
        return b.Cast(quotient, b.ElementOf(x));
    }
}
