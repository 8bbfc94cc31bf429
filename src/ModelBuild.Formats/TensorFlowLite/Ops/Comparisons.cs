using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Comparisons.</summary>
internal sealed class Comparisons : TfLiteOp
{
    private static readonly Dictionary<string, string> s_onnx = new(StringComparer.Ordinal)
    {
        ["EQUAL"] = "Equal",
        ["NOT_EQUAL"] = "Equal, Not",
        ["LESS"] = "Less",
        ["LESS_EQUAL"] = "LessOrEqual",
        ["GREATER"] = "Greater",
        ["GREATER_EQUAL"] = "GreaterOrEqual",
    };

    public override IReadOnlyList<string> Names { get; } = [.. s_onnx.Keys];

    public override string OnnxOf(string name) => s_onnx[name];

    public override void Read(NodeReader node)
    {
        Value[] inputs = [node.In(0), node.In(1)];
        node.Out(node.Name == "NOT_EQUAL" ? node.B.Add("Not", [node.B.Add("Equal", inputs)]) : node.B.Add(s_onnx[node.Name], inputs));
    }
}
