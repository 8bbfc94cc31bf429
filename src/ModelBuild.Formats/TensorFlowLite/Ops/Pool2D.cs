using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Pooling over NHWC.</summary>
internal sealed class Pool2D : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"];

    public override string OnnxOf(string name) => "AveragePool, MaxPool, Mul, Sqrt";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.ToChannelsFirst(node.In(0));
        long[] window = [node.Options.Int32(4), node.Options.Int32(3)];
        long[] strides = [node.Options.Int32(2), node.Options.Int32(1)];
        (string name, AttributeValue pads) = Padding.Of(node, b.ShapeOf(x)!, node.Options.SByte(0), window, strides, [1, 1]);
        Value y = node.Name switch
        {
            "MAX_POOL_2D" => b.Add("MaxPool", [x], ("kernel_shape", window), ("strides", strides), (name, pads)),
            "AVERAGE_POOL_2D" => b.Add("AveragePool", [x], ("kernel_shape", window), ("strides", strides), (name, pads), ("count_include_pad", 0L)),
            _ => b.Add("Sqrt", [b.Add("AveragePool", [b.Add("Mul", [x, x])], ("kernel_shape", window), ("strides", strides), (name, pads), ("count_include_pad", 0L))]),
        };
        node.Out(node.ToChannelsLast(node.Activate(y, node.Options.SByte(5))));
    }
}
