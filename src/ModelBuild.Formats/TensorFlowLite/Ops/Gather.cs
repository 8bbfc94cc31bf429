using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Picks slices along an axis; EMBEDDING_LOOKUP picks rows.</summary>
internal sealed class Gather : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["GATHER", "EMBEDDING_LOOKUP"];

    public override string OnnxOf(string name) => "Gather, GatherND";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        if (node.Name == "EMBEDDING_LOOKUP")
        {
            node.Out(b.Add("Gather", [node.In(1), node.Stored(0)], ("axis", 0L)));
            return;
        }

        Value x = node.In(0);
        Value indices = node.Stored(1);
        long axis = node.Options.Int32(0);
        long batch = node.Options.Int32(1);
        int rank = node.Rank(indices);
        batch = batch < 0 ? batch + rank : batch;
        if (batch == 0)
        {
            node.Out(b.Add("Gather", [x, indices], ("axis", axis)));
            return;
        }

        if (node.Axis(axis, node.Rank(0)) != batch)
        {
            throw NodeReader.Unsupported("its axis must be the first one behind the batch dimensions");
        }

        node.Out(b.Add("GatherND", [x, b.Unsqueeze(node.Int64(1), rank)], ("batch_dims", batch)));
    }
}
