using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>To and from quantized numbers; half-precision constants are widened.</summary>
internal sealed class Quantize : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["QUANTIZE", "DEQUANTIZE"];

    public override string OnnxOf(string name) => "QuantizeLinear, DequantizeLinear, Cast";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.In(0);
        ElementType type = node.OutputTensor().Type.ToElementType();
        if (node.OutputTensor().IsQuantized)
        {
            node.Out(x);
            return;
        }

        // A value that has a name already stands for another tensor.
        node.Out(b.ElementOf(x) == type ? b.Add("Identity", [x]) : b.Cast(x, type));
    }
}
