using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Elements at given places, a default value elsewhere.</summary>
internal sealed class SparseToDense : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["SPARSE_TO_DENSE"];

    public override string OnnxOf(string name) => "Expand, ScatterND";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value dense = b.Add("Expand", [node.In(3), node.Int64List(1)]);
        Value indices = node.Int64(0);

        // Indices are [n, rank], or [n] or a scalar for a tensor of one dimension.
        indices = node.Rank(indices) switch
        {
            0 => b.Reshape(indices, 1, 1),
            1 => b.Unsqueeze(indices, 1),
            _ => indices,
        };
        Shape? places = b.ShapeOf(indices);
        Value values = node.In(2);
        if (b.RankOf(values) == 0)
        {
            Value count = places is not null && places[0].IsFixed ? b.Integers(places[0].Value) : b.Add("Shape", [indices], ("end", 1L));
            values = b.Add("Expand", [values, count]);
        }

        node.Out(b.Add("ScatterND", [dense, indices, values]));
    }
}
