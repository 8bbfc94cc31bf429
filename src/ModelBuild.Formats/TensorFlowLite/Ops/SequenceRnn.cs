using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Simple recurrent layers, from a state of zero: input, weights [H, I], recurrent weights [H, H], bias, state.</summary>
internal sealed class SequenceRnn : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["UNIDIRECTIONAL_SEQUENCE_RNN", "RNN"];

    public override string OnnxOf(string name) => "RNN";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        bool isStep = node.Name == "RNN";
        bool isTimeMajor = !isStep && node.Options.Bool(0);
        string activation = node.Options.SByte(isStep ? 0 : 1) switch
        {
            0 => "Affine",
            1 => "Relu",
            4 => "Tanh",
            var other => throw NodeReader.Unsupported($"its activation {other} has no counterpart"),
        };
        Value x = node.In(0);
        x = isStep ? b.Unsqueeze(x, 0) : isTimeMajor ? x : b.Transpose(x, 1, 0, 2);
        long hidden = b.ShapeOf(node.In(1))![0].Value;
        Value zeros = b.Constant(TensorData.Create<float>(ElementType.Float32, [hidden], new float[hidden]));
        Value bias = b.Unsqueeze(b.Add("Concat", [node.Bias(3) ?? zeros, zeros], ("axis", 0L)), 0);
        Value? state = node.Has(4) && !node.InputTensor(4).IsVariable ? b.Unsqueeze(node.In(4), 0) : null;
        Value y = b.Add(
            "RNN",
            [x, b.Unsqueeze(node.In(1), 0), b.Unsqueeze(node.In(2), 0), bias, null, state],
            ("hidden_size", hidden),
            ("activations", new[] { activation }),
            ("activation_alpha", new[] { 1f }));
        y = b.Squeeze(y, 1);
        node.Out(isStep ? b.Squeeze(y, 0) : isTimeMajor ? y : b.Transpose(y, 1, 0, 2), node.OutputCount - 1);
    }
}
