using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Conversion of elements.</summary>
internal sealed class Casts : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["CAST"];

    public override string OnnxOf(string name) => "Cast";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        ElementType type = node.OutputTensor().Type.ToElementType();
        if (type is ElementType.Undefined or ElementType.Complex64 or ElementType.Complex128)
        {
            throw NodeReader.Unsupported($"ONNX has no conversion to {node.OutputTensor().Type.Name()}");
        }

        // The stored integers are converted, whatever scale the tensor has.
        Value x = node.Stored(0);
        node.OutStored(b.ElementOf(x) == type ? b.Add("Identity", [x]) : b.Cast(x, type));
    }
}
