using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Operators on two booleans.</summary>
internal sealed class Logical : TfLiteOp
{
    private static readonly Dictionary<string, string> s_onnx = new(StringComparer.Ordinal)
    {
        ["LOGICAL_AND"] = "And",
        ["LOGICAL_OR"] = "Or",
    };

    public override IReadOnlyList<string> Names { get; } = [.. s_onnx.Keys];

    public override string OnnxOf(string name) => s_onnx[name];

    public override void Read(NodeReader node) => node.Out(node.B.Add(s_onnx[node.Name], [node.In(0), node.In(1)]));
}
