using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Sum of any number of inputs.</summary>
internal sealed class AddN : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["ADD_N"];

    public override string OnnxOf(string name) => "Sum";

    public override void Read(NodeReader node)
    {
        Value[] inputs = node.All();

        // ONNX's Sum takes floats only.
        node.Out(node.B.ElementOf(inputs[0]) is ElementType.Float32 or ElementType.Float64 ? node.B.Add("Sum", inputs) : inputs.Aggregate((a, b) => node.B.Add("Add", [a, b])));
    }
}
