using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Reductions over axes.</summary>
internal sealed class Reductions : TfLiteOp
{
    private static readonly Dictionary<string, string> s_onnx = new(StringComparer.Ordinal)
    {
        ["MEAN"] = "ReduceMean",
        ["SUM"] = "ReduceSum",
        ["REDUCE_PROD"] = "ReduceProd",
        ["REDUCE_MAX"] = "ReduceMax",
        ["REDUCE_MIN"] = "ReduceMin",
        ["REDUCE_ANY"] = "ReduceMax",
        ["REDUCE_ALL"] = "ReduceMin",
    };

    public override IReadOnlyList<string> Names { get; } = [.. s_onnx.Keys];

    public override string OnnxOf(string name) => s_onnx[name];

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.In(0);
        ElementType type = b.ElementOf(x);
        bool isBool = type == ElementType.Bool;

        // No axes at all means that nothing is reduced.
        if (node.Known(1) is { Length: 0 })
        {
            node.Out(x);
            return;
        }

        Value reduced = b.Add(s_onnx[node.Name], [isBool ? b.Cast(x, ElementType.Int32) : x, node.Int64List(1)], ("keepdims", node.Options.Bool(0) ? 1L : 0L), ("noop_with_empty_axes", 1L));
        node.Out(isBool ? b.Cast(reduced, ElementType.Bool) : reduced);
    }
}
