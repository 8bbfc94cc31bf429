using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Activation functions.</summary>
internal sealed class Activations : TfLiteOp
{
    private static readonly Dictionary<string, string> s_onnx = new(StringComparer.Ordinal)
    {
        ["RELU"] = "Relu",
        ["RELU6"] = "Clip",
        ["RELU_N1_TO_1"] = "Clip",
        ["RELU_0_TO_1"] = "Clip",
        ["TANH"] = "Tanh",
        ["LOGISTIC"] = "Sigmoid",
        ["ELU"] = "Elu",
        ["HARD_SWISH"] = "HardSwish",
        ["GELU"] = "Gelu",
        ["LEAKY_RELU"] = "LeakyRelu",
        ["PRELU"] = "PRelu",
    };

    public override IReadOnlyList<string> Names { get; } = [.. s_onnx.Keys];

    public override string OnnxOf(string name) => s_onnx[name];

    public override void Read(NodeReader node)
    {
        Value x = node.In();
        node.Out(node.Name switch
        {
            "RELU6" => node.Clip(x, 0, 6),
            "RELU_N1_TO_1" => node.Clip(x, -1, 1),
            "RELU_0_TO_1" => node.Clip(x, 0, 1),
            "GELU" => node.B.Add("Gelu", [x], ("approximate", node.Options.Bool(0) ? "tanh" : "none")),
            "LEAKY_RELU" => node.B.Add("LeakyRelu", [x], ("alpha", node.Options.Float(0))),
            "PRELU" => node.B.Add("PRelu", [x, node.In(1)]),
            _ => node.B.Add(s_onnx[node.Name], [x]),
        });
    }
}
