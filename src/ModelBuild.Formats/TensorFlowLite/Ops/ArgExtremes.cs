using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Index of the largest or smallest element.</summary>
internal sealed class ArgExtremes : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["ARG_MAX", "ARG_MIN"];

    public override string OnnxOf(string name) => "ArgMax, ArgMin";

    public override void Read(NodeReader node)
    {
        long axis = node.Constants(1, "the axis") is [var a] ? a : throw node.Damaged("names no axis");
        Value index = node.B.Add(node.Name == "ARG_MAX" ? "ArgMax" : "ArgMin", [node.In(0)], ("axis", axis), ("keepdims", 0L));
        node.Out(node.B.Cast(index, node.OutputTensor().Type == TfLiteType.Int64 ? ElementType.Int64 : ElementType.Int32));
    }
}
