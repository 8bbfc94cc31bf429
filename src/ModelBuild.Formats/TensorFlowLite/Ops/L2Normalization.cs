using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Division by the Euclidean norm along the last dimension.</summary>
internal sealed class L2Normalization : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["L2_NORMALIZATION"];

    public override string OnnxOf(string name) => "ReduceL2, Max, Div";

    private const double LeastNorm = 1e-6;

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.In();
        Value norm = b.Add("ReduceL2", [x, b.Integers(-1)], ("keepdims", 1L));
        node.OutActivated(b.Add("Div", [x, b.Add("Max", [norm, b.NumberLike(LeastNorm, x)])]), 0);
    }
}
