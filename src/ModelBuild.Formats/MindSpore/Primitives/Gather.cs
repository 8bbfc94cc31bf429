using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Elements picked by index.</summary>
internal sealed class Gather : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Gather", "Gather"), ("GatherV2", "Gather"), ("EmbeddingLookup", "Gather"), ("Embedding", "Gather"), ("GatherNd", "GatherND"), ("GatherD", "GatherElements")];

    public override MindValue Read(PrimitiveCall call)
    {
        switch (call.Primitive)
        {
            case "GatherNd":
                return call.Emit("GatherND", [call.Tensor(0), call.Builder.Cast(call.Tensor(1), ElementType.Int64)]);
            case "GatherD":
                return call.Emit("GatherElements", [call.Tensor(0), call.Tensor(2)], ("axis", call.Int("dim", 1, 0)));
            case "Embedding":
                return call.Emit("Gather", [call.Tensor(1), call.Tensor(0)]);
            default:
                if (call.Int("batch_dims", 3, 0) != 0)
                {
                    throw new UnsupportedOperatorException("its batch_dims is not 0");
                }

                return call.Emit("Gather", [call.Tensor(0), call.Tensor(1)], ("axis", call.Primitive == "EmbeddingLookup" ? 0 : call.Int("axis", 2, 0)));
        }
    }
}
