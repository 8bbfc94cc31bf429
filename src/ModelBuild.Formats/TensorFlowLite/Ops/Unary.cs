using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Operators of one input that act on each element.</summary>
internal sealed class Unary : TfLiteOp
{
    private static readonly Dictionary<string, string> s_onnx = new(StringComparer.Ordinal)
    {
        ["ABS"] = "Abs",
        ["CEIL"] = "Ceil",
        ["COS"] = "Cos",
        ["EXP"] = "Exp",
        ["FLOOR"] = "Floor",
        ["LOG"] = "Log",
        ["LOGICAL_NOT"] = "Not",
        ["NEG"] = "Neg",
        ["ROUND"] = "Round",
        ["SIGN"] = "Sign",
        ["SIN"] = "Sin",
        ["SQRT"] = "Sqrt",
        ["RSQRT"] = "Sqrt, Reciprocal",
        ["SQUARE"] = "Mul",
        ["ZEROS_LIKE"] = "ConstantOfShape",
    };

    public override IReadOnlyList<string> Names { get; } = [.. s_onnx.Keys];

    public override string OnnxOf(string name) => s_onnx[name];

    public override void Read(NodeReader node)
    {
        Value x = node.In();
        node.Out(node.Name switch
        {
            "RSQRT" => node.B.Add("Reciprocal", [node.B.Add("Sqrt", [x])]),
            "SQUARE" => node.B.Add("Mul", [x, x]),
            "ZEROS_LIKE" => node.B.Add("ConstantOfShape", [node.B.Add("Shape", [x])], ("value", GraphBuilder.Scalar(0, node.B.ElementOf(x)).Reshape(1))),
            _ => node.B.Add(s_onnx[node.Name], [x]),
        });
    }
}
