using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Dense layer: weights [outputs, inputs], the input flattened to rows of that length.</summary>
internal sealed class FullyConnected : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["FULLY_CONNECTED"];

    public override string OnnxOf(string name) => "Gemm, MatMul, Add";

    private const int KeepDimensions = 2;

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        if (node.Options.SByte(1) != 0)
        {
            throw NodeReader.Unsupported("its weights are shuffled for one kernel; export with the default format");
        }

        Value x = node.In(0);
        Shape? weights = b.ShapeOf(node.In(1));
        if (weights?.Rank != 2 || !weights[1].IsFixed)
        {
            throw NodeReader.Unsupported("its weights must have 2 fixed dimensions");
        }

        Value? bias = node.Bias(2);
        Shape? shape = b.ShapeOf(x);
        if (node.Options.Bool(KeepDimensions) && shape?.Rank != 2)
        {
            Value product = b.Add("MatMul", [x, node.Weights(1, 1, 0)]);
            node.OutActivated(bias is null ? product : b.Add("Add", [product, bias]), 0);
            return;
        }

        if (shape?.Rank != 2 || !shape[1].IsFixed || shape[1].Value != weights[1].Value)
        {
            x = b.Reshape(x, -1, weights[1].Value);
        }

        node.OutActivated(b.Add("Gemm", [x, node.In(1), bias], ("transB", 1L)), 0);
    }
}
