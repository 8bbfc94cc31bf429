using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Other dimensions for the same elements; the shape is an input or an option.</summary>
internal sealed class Reshape : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["RESHAPE"];

    public override string OnnxOf(string name) => "Reshape";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value shape = node.Has(1) && node.InputTensor(1).Sizes.Length <= 1 ? node.Int64List(1)
            : b.Integers(Array.ConvertAll(node.Options.Has(0) ? node.Options.Int32s(0) : node.OutputTensor().Sizes, s => (long)s));
        bool hasZero = b.IntegersOf(shape)?.Contains(0) == true;
        node.Out(hasZero ? b.Add("Reshape", [node.In(0), shape], ("allowzero", 1L)) : b.Add("Reshape", [node.In(0), shape]));
    }
}
